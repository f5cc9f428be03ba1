// A complete agent for `keyturn agent test`, with nothing but Go's standard library.
//
// One process has the agent of one node. It speaks docs/agent-protocol.md: JSON-RPC 2.0, one message
// a line. For every remote node it keeps one OUT and one IN state and the policies that lead to them.
// A new key is installed everywhere before it is announced, and an old one is given up when the
// rotation duration is over.
//
//	go build -o agent examples/go/agent.go && keyturn agent test -- ./agent
package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// linux_defaults.go: the bits of a mark, and the masks of OUT and IN objects.
const (
	encrypt, decrypt        = 0xe00, 0xd00
	actionMask              = 0xf00
	outMask, inMask         = 0xffffff00, 0xffff0f00
	minute                  = 60_000_000
	tries                   = 10 // the kernel may be short of memory, or hold what is in the way
	policyBlock, policyPass = "block", "allow"
)

var families = []string{"ipv4", "ipv6"}
var anything = map[string]string{"ipv4": "0.0.0.0/0", "ipv6": "::/0"}

// --- messages: the fields that this agent needs of them

type object = map[string]any

type perFamily map[string]string

type node struct {
	Name             string    `json:"name"`
	InternalIP       perFamily `json:"internalIP"`
	CiliumInternalIP perFamily `json:"ciliumInternalIP"`
	PodCIDR          perFamily `json:"podCIDR"`
	BootID           string    `json:"bootID"`
	KeyID            int       `json:"keyID"`
}

type mark struct {
	Value uint32 `json:"value"`
	Mask  uint32 `json:"mask"`
}

type aead struct {
	Name   string `json:"name"`
	Key    string `json:"key"`
	ICVLen int    `json:"icvLen"`
}

// What names a state.
type stateName struct {
	Src  string `json:"src"`
	Dst  string `json:"dst"`
	SPI  int    `json:"spi"`
	Mark mark   `json:"mark"`
}

type state struct {
	stateName
	Mode         string `json:"mode"`
	ReqID        int    `json:"reqid"`
	OutputMark   mark   `json:"outputMark"`
	ESN          bool   `json:"esn"`
	ReplayWindow int    `json:"replayWindow"`
	AEAD         aead   `json:"aead"`
}

// What names a policy.
type policyName struct {
	Dir  string `json:"dir"`
	Src  string `json:"src"`
	Dst  string `json:"dst"`
	Mark mark   `json:"mark"`
}

type policy struct {
	policyName
	Priority int        `json:"priority"`
	Action   string     `json:"action"`
	Tmpls    []template `json:"tmpls"`
}

type template struct {
	Src      string `json:"src,omitempty"`
	Dst      string `json:"dst,omitempty"`
	SPI      int    `json:"spi"`
	ReqID    int    `json:"reqid"`
	Mode     string `json:"mode"`
	Optional bool   `json:"optional"`
}

type mapEntry struct {
	Address string `json:"address"`
	NodeID  uint32 `json:"nodeID"`
}

type settings struct {
	RotationDurationUs int64  `json:"ipsecKeyRotationDurationUs"`
	KeyWatcher         bool   `json:"enableIPsecKeyWatcher"`
	IPv4               bool   `json:"enableIPv4"`
	IPv6               bool   `json:"enableIPv6"`
	ReclaimIntervalUs  int64  `json:"reclaimIntervalUs"`
	RoutingMode        string `json:"routingMode"`
}

type request struct {
	ID     int    `json:"id"`
	Method string `json:"method"`
	Params struct {
		NowUs               int64      `json:"nowUs"`
		Settings            settings   `json:"settings"`
		Local               node       `json:"local"`
		KeyFile             *string    `json:"keyFile"`
		Nodes               []node     `json:"nodes"`
		Checkpoint          []node     `json:"checkpoint"`
		NodeMap             []mapEntry `json:"nodeMap"`
		FirstReclaimAfterUs int64      `json:"firstReclaimAfterUs"`
		Remote              node       `json:"remote"`
		Name                string     `json:"name"`
		Address             string     `json:"address"`
		KeyID               int        `json:"keyID"`
		Timer               string     `json:"timer"`
	} `json:"params"`
}

type answer struct {
	Errno    string   `json:"errno"`
	State    *state   `json:"state"`
	States   []state  `json:"states"`
	Policies []policy `json:"policies"`
}

// --- the agent

type key struct {
	id     int
	name   string
	secret string // bytes
	icvLen int
}

type agent struct {
	in     *bufio.Reader
	out    *json.Encoder
	lastID int
	input  int // the request that is being handled

	settings   settings
	local      node
	nodes      map[string]node   // remote nodes by name
	ids        map[string]uint32 // node IDs by address
	key        *key              // the newest one
	replacedAt map[int]int64     // by SPI
}

// ask asks the node for an operation, and waits for the answer.
func (a *agent) ask(method string, params object) answer {
	a.lastID++
	params["input"] = a.input
	a.send(object{"jsonrpc": "2.0", "id": a.lastID, "method": method, "params": params})
	var response struct {
		Result answer `json:"result"`
	}
	a.receive(&response)
	return response.Result
}

func (a *agent) send(message any) {
	if err := a.out.Encode(message); err != nil {
		panic(err)
	}
}

func (a *agent) receive(message any) {
	line, err := a.in.ReadBytes('\n')
	if err != nil {
		os.Exit(0) // the harness is gone
	}
	if err := json.Unmarshal(line, message); err != nil {
		panic(err)
	}
}

func (a *agent) handle(r request) any {
	p := r.Params
	switch r.Method {
	case "hello":
		return object{"protocol": 1, "name": "example.go", "hosts": "oneNode", "release": "cilium-1.19"}
	case "start":
		a.start(r)
	case "keyfile":
		a.keyFile(p.KeyFile, p.NowUs)
	case "nodeUpsert":
		a.upsert(p.Remote)
	case "nodeDelete":
		if gone, known := a.nodes[p.Name]; known {
			delete(a.nodes, p.Name)
			a.remove(gone)
		}
	case "endpointUpsert":
		if p.KeyID == 0 {
			p.KeyID = a.key.id
		}
		a.ask("endpointMapUpdate", object{"address": p.Address, "keyID": p.KeyID})
	case "endpointDelete":
		a.ask("endpointMapDelete", object{"address": p.Address})
	case "timer":
		a.timer(p.Timer, p.NowUs)
	}
	return object{}
}

func (a *agent) start(r request) {
	p := r.Params
	a.settings, a.local = p.Settings, p.Local
	a.nodes, a.ids, a.replacedAt = map[string]node{}, map[string]uint32{}, map[int]int64{}
	for _, entry := range p.NodeMap {
		if entry.NodeID != 0 {
			a.ids[entry.Address] = entry.NodeID
		}
	}
	for _, n := range p.Nodes {
		a.nodes[n.Name] = n
	}
	loaded := readKey(p.KeyFile)
	if loaded == nil {
		a.ask("exit", object{"cause": "failure", "message": "no usable key"})
	}
	// Before the rest: the addresses of a node that is gone may be another's by now.
	for _, n := range p.Checkpoint {
		if _, known := a.nodes[n.Name]; !known {
			a.remove(n)
		}
	}
	a.load(loaded, p.NowUs)
	a.setTimer("reclaim", p.FirstReclaimAfterUs)
	a.setTimer("backgroundSync", minute)
}

func (a *agent) keyFile(text *string, now int64) {
	if !a.settings.KeyWatcher {
		return
	}
	found := readKey(text)
	switch {
	case found == nil, found.id == a.key.id && *found != *a.key:
		a.ask("log", object{"level": "error", "message": "refused the key file"})
	case *found != *a.key:
		a.load(found, now)
	}
}

func (a *agent) upsert(n node) {
	before, known := a.nodes[n.Name]
	a.nodes[n.Name] = n
	if known {
		kept := map[string]bool{}
		for _, address := range n.addresses() {
			kept[address] = true
		}
		for _, address := range before.addresses() {
			if !kept[address] {
				a.unmap(address)
			}
		}
	}
	a.program(n, known && before.BootID != n.BootID)
}

func (a *agent) timer(which string, now int64) {
	if which == "reclaim" {
		a.setTimer(which, a.settings.ReclaimIntervalUs)
		a.reclaim(now)
		return
	}
	a.setTimer(which, minute)
	a.programAll()
}

func (a *agent) setTimer(timer string, afterUs int64) {
	a.ask("setTimer", object{"timer": timer, "afterUs": afterUs})
}

// --- keys

// load: receive everywhere, then announce, then send. A key is announced when it is installed.
func (a *agent) load(k *key, now int64) {
	if a.key != nil {
		a.replacedAt[a.key.id] = now
	}
	delete(a.replacedAt, k.id)
	a.key = k
	a.ask("keyLoaded", object{"keyID": k.id})
	a.programAll()
	a.ask("allNodesValidated", object{"keyID": k.id})
	a.ask("publish", object{"keyID": k.id})
	a.ask("encryptMapUpdate", object{"keyID": k.id})
}

func (a *agent) reclaim(now int64) {
	isDue := func(spi int) bool {
		if spi == a.key.id {
			return false
		}
		if _, known := a.replacedAt[spi]; !known {
			a.replacedAt[spi] = now // left by another process: its time counts from here
		}
		return now-a.replacedAt[spi] >= a.settings.RotationDurationUs
	}
	for _, s := range a.ask("xfrmStateList", object{}).States {
		if isDue(s.SPI) {
			a.deleteState(s.stateName)
		}
	}
	for _, p := range a.ask("xfrmPolicyList", object{}).Policies {
		if p.Dir == "out" && p.Action == policyPass && isDue(int(p.Mark.Value>>12&15)) {
			a.deletePolicy(p.policyName)
		}
	}
}

// --- remote nodes

func (a *agent) programAll() {
	names := make([]string, 0, len(a.nodes))
	for name := range a.nodes {
		names = append(names, name)
	}
	sort.Strings(names) // Go's own order is another one in each run
	for _, name := range names {
		a.program(a.nodes[name], false)
	}
}

// program brings about all that one remote node needs.
func (a *agent) program(n node, rebooted bool) {
	id := a.mapNode(n)
	if n.BootID == "" {
		return
	}
	for _, family := range families {
		if !map[string]bool{"ipv4": a.settings.IPv4, "ipv6": a.settings.IPv6}[family] {
			continue
		}
		all := anything[family]
		a.setPolicy(policy{policyName{"out", all, all, mark{encrypt, actionMask}}, 100, policyBlock, []template{}})
		pods := tunnel{a.local.CiliumInternalIP[family], n.CiliumInternalIP[family], all, n.PodCIDR[family], 1}
		a.setTunnel(pods, n, id, rebooted)
		if here := pods.here; here != "" {
			a.setPolicy(policy{policyName{"fwd", all, all, mark{}}, 2975, policyPass, []template{optional(here)}})
			a.setPolicy(policy{policyName{"in", all, all, mark{}}, 0, policyPass, []template{optional("")}})
		}
	}
	if a.settings.RoutingMode == "tunnel" && a.settings.IPv4 { // VXLAN itself is encrypted, too
		here, there := a.local.InternalIP["ipv4"], n.InternalIP["ipv4"]
		a.setTunnel(tunnel{here, there, here + "/32", there + "/32", 2}, n, id, rebooted)
	}
}

// Both ends of a tunnel, and what is sent through it.
type tunnel struct {
	here, there string
	src, dst    string
	reqID       int
}

func (a *agent) setTunnel(t tunnel, n node, id uint32, rebooted bool) {
	if t.here == "" || t.there == "" {
		return
	}
	outMark := mark{id<<16 | uint32(a.key.id)<<12 | encrypt, outMask}
	inMark := mark{id<<16 | decrypt, inMask}
	leading := template{Src: t.here, Dst: t.there, SPI: a.key.id, ReqID: t.reqID, Mode: "tunnel"}
	out := a.state(stateName{t.here, t.there, a.key.id, outMark}, t.reqID, encrypt, a.derive(t.here, t.there, a.local, n))
	in := a.state(stateName{t.there, t.here, a.key.id, inMark}, t.reqID, decrypt, a.derive(t.there, t.here, n, a.local))
	a.setState(out, rebooted)
	if t.dst != "" {
		a.setPolicy(policy{policyName{"out", t.src, t.dst, outMark}, 0, policyPass, []template{leading}})
	}
	a.setState(in, rebooted)
}

func optional(dst string) template {
	return template{Dst: dst, Mode: "tunnel", Optional: true}
}

func (a *agent) state(name stateName, reqID int, outputMark uint32, digits string) state {
	return state{
		stateName: name, Mode: "tunnel", ReqID: reqID, OutputMark: mark{outputMark, outMask},
		ESN: true, ReplayWindow: 1024, AEAD: aead{a.key.name, digits, a.key.icvLen},
	}
}

func (a *agent) setState(wanted state, rebooted bool) {
	name := wanted.stateName
	found := a.ask("xfrmStateFind", name.params()).State
	if found != nil && !rebooted && found.AEAD.Key == wanted.AEAD.Key {
		return
	}
	if found != nil {
		a.deleteState(name)
	}
	for i := 0; i < tries; i++ {
		switch a.ask("xfrmStateAdd", object{"state": wanted}).Errno {
		case "EEXIST": // the kernel tells states apart by destination, SPI and mark
			for _, other := range a.ask("xfrmStateList", object{}).States {
				if other.Dst == name.Dst && other.SPI == name.SPI && other.Mark.Value == name.Mark.Value {
					a.deleteState(other.stateName)
				}
			}
		case "ENOMEM":
		default:
			return
		}
	}
}

func (a *agent) setPolicy(p policy) {
	for i := 0; i < tries && a.ask("xfrmPolicyUpdate", object{"policy": p}).Errno == "ENOMEM"; i++ {
	}
}

// mapNode gives the node an ID of its own, and writes its addresses to the node map.
func (a *agent) mapNode(n node) uint32 {
	known := map[uint32]bool{}
	for _, address := range n.addresses() {
		if id, mapped := a.ids[address]; mapped {
			known[id] = true
		}
	}
	if len(known) > 1 { // its addresses were those of several nodes
		for _, address := range n.addresses() {
			a.unmap(address)
		}
		known = nil
	}
	id := a.freeID()
	for one := range known {
		id = one
	}
	for _, address := range n.addresses() {
		if a.ask("nodeMapUpdate", object{"address": address, "nodeID": id, "keyID": n.KeyID}).Errno == "ok" {
			a.ids[address] = id
		}
	}
	return id
}

func (a *agent) freeID() uint32 {
	taken := map[uint32]bool{0: true}
	for _, id := range a.ids {
		taken[id] = true
	}
	id := uint32(1)
	for taken[id] {
		id++
	}
	return id
}

func (a *agent) unmap(address string) {
	if _, mapped := a.ids[address]; mapped {
		delete(a.ids, address)
		a.ask("nodeMapDelete", object{"address": address})
	}
}

func (a *agent) remove(n node) {
	gone := map[uint32]bool{}
	for _, address := range n.addresses() {
		if id, mapped := a.ids[address]; mapped {
			gone[id] = true
		}
	}
	for _, s := range a.ask("xfrmStateList", object{}).States {
		if gone[s.Mark.Value>>16] {
			a.deleteState(s.stateName)
		}
	}
	for _, p := range a.ask("xfrmPolicyList", object{}).Policies {
		if gone[p.Mark.Value>>16] {
			a.deletePolicy(p.policyName)
		}
	}
	for _, address := range n.addresses() {
		a.unmap(address)
	}
}

func (a *agent) deleteState(s stateName)   { a.ask("xfrmStateDelete", s.params()) }
func (a *agent) deletePolicy(p policyName) { a.ask("xfrmPolicyDelete", p.params()) }

func (s stateName) params() object {
	return object{"src": s.Src, "dst": s.Dst, "spi": s.SPI, "mark": s.Mark}
}

func (p policyName) params() object {
	return object{"dir": p.Dir, "src": p.Src, "dst": p.Dst, "mark": p.Mark}
}

// derive: ipsec_linux.go, computeNodeIPsecKey. The sender's boot ID comes first.
func (a *agent) derive(src, dst string, from, to node) string {
	secret := a.key.secret
	text := secret + packed(src) + packed(dst) + cut(from.BootID) + cut(to.BootID)
	if len(secret) <= sha256.Size {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:len(secret)])
	}
	sum := sha512.Sum512([]byte(text))
	return hex.EncodeToString(sum[:len(secret)])
}

func packed(address string) string { return string(netip.MustParseAddr(address).AsSlice()) }

func cut(bootID string) string {
	if len(bootID) > 36 {
		return bootID[:36]
	}
	return bootID
}

func (n node) addresses() []string {
	all := []string{}
	for _, of := range []perFamily{n.InternalIP, n.CiliumInternalIP} {
		for _, family := range families {
			if address := of[family]; address != "" {
				all = append(all, address)
			}
		}
	}
	return all
}

var keyLine = regexp.MustCompile(`^(\d+)\+? (rfc4106\(gcm\(aes\)\)) (?:0x)?((?:[0-9a-fA-F]{2})+) (\d+)$`)

// readKey reads the last line of the key file; nil if any line is none of a key.
func readKey(text *string) *key {
	if text == nil {
		return nil
	}
	var last []string
	for _, line := range strings.Split(strings.TrimSpace(*text), "\n") {
		if last = keyLine.FindStringSubmatch(line); last == nil {
			return nil
		}
	}
	id, _ := strconv.Atoi(last[1])
	secret, _ := hex.DecodeString(last[3])
	icvLen, _ := strconv.Atoi(last[4])
	if id < 1 || id > 15 {
		return nil
	}
	return &key{id, last[2], string(secret), icvLen}
}

func main() {
	a := agent{in: bufio.NewReader(os.Stdin), out: json.NewEncoder(os.Stdout)}
	for {
		var r request
		a.receive(&r)
		a.input = r.ID
		a.send(object{"jsonrpc": "2.0", "id": r.ID, "result": a.handle(r)})
	}
}
