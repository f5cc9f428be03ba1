#!/usr/bin/env python3
"""A complete agent for `keyturn agent test`, with nothing but Python's standard library.

One process has the agent of one node. It speaks docs/agent-protocol.md: JSON-RPC 2.0, one message a
line. On each node it keeps, for every remote node, one OUT and one IN state and the policies that lead
to them, installs a new key everywhere before it announces it, and gives up an old key when the rotation
duration is over.
"""
import hashlib
import ipaddress
import json
import re
import sys

ENCRYPT, DECRYPT, TO_PROXY = 0xE00, 0xD00, 0x200  # linux_defaults.go
OUT_MASK, IN_MASK = 0xFFFFFF00, 0xFFFF0F00
ANY = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}
LINE = re.compile(r"^(\d+)\+? (rfc4106\(gcm\(aes\)\)) (?:0x)?([0-9a-fA-F]+) (\d+)$")


class Agent:
    def __init__(self):
        self.last_id = 0
        self.input = 0  # the request that is being handled
        self.nodes = {}  # remote nodes by name
        self.ids = {}  # node IDs by address
        self.key = None  # the newest key
        self.replaced_at = {}  # SPI: when it was replaced

    # --- the protocol

    def ask(self, method, **params):
        """Asks the node for an operation, and waits for the answer."""
        self.last_id += 1
        params["input"] = self.input
        send({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params})
        return json.loads(sys.stdin.readline())["result"]

    def handle(self, method, params):
        if method == "hello":
            return {"protocol": 1, "name": "example.py", "hosts": "oneNode", "release": "cilium-1.19"}
        getattr(self, method)(params)
        return {}

    # --- what happens

    def start(self, p):
        self.settings, self.local = p["settings"], p["local"]
        self.families = [f for f, on in (("ipv4", self.settings["enableIPv4"]), ("ipv6", self.settings["enableIPv6"])) if on]
        for entry in p["nodeMap"]:
            if entry["nodeID"]:
                self.ids[entry["address"]] = entry["nodeID"]
        self.nodes = {node["name"]: node for node in p["nodes"]}
        key = read_key(p["keyFile"])
        if key is None:
            self.ask("exit", cause="failure", message="no usable key")
        # Before the rest: the addresses of a node that is gone may be another's by now.
        for node in p["checkpoint"]:
            if node["name"] not in self.nodes:
                self.remove(node)
        self.load(key, p["nowUs"])
        self.ask("setTimer", timer="reclaim", afterUs=p["firstReclaimAfterUs"])
        self.ask("setTimer", timer="backgroundSync", afterUs=60_000_000)

    def keyfile(self, p):
        key = read_key(p["keyFile"])
        if not self.settings["enableIPsecKeyWatcher"]:
            return
        if key is None or (key["id"] == self.key["id"] and key != self.key):
            self.ask("log", level="error", message="refused the key file")
        elif key != self.key:
            self.load(key, p["nowUs"])

    def nodeUpsert(self, p):
        node = p["remote"]
        before = self.nodes.get(node["name"])
        self.nodes[node["name"]] = node
        if before and any(before[field] != node[field] for field in ("internalIP", "ciliumInternalIP")):
            gone = set(addresses(before)) - set(addresses(node))
            self.unmap(gone)
        self.program(node, rebooted=bool(before) and before["bootID"] != node["bootID"])

    def nodeDelete(self, p):
        node = self.nodes.pop(p["name"], None)
        if node:
            self.remove(node)

    def endpointUpsert(self, p):
        self.ask("endpointMapUpdate", address=p["address"], keyID=p["keyID"] or self.key["id"])

    def endpointDelete(self, p):
        self.ask("endpointMapDelete", address=p["address"])

    def timer(self, p):
        if p["timer"] == "backgroundSync":
            self.ask("setTimer", timer="backgroundSync", afterUs=60_000_000)
            for node in self.nodes.values():
                self.program(node)
        else:
            self.ask("setTimer", timer="reclaim", afterUs=self.settings["reclaimIntervalUs"])
            self.reclaim(p["nowUs"])

    # --- keys

    def load(self, key, now):
        """Receive everywhere, then announce, then send: a key is announced when it is installed."""
        if self.key:
            self.replaced_at[self.key["id"]] = now
        self.replaced_at.pop(key["id"], None)
        self.key = key
        self.ask("keyLoaded", keyID=key["id"])
        for node in self.nodes.values():
            self.program(node)
        self.ask("allNodesValidated", keyID=key["id"])
        self.ask("publish", keyID=key["id"])
        self.ask("encryptMapUpdate", keyID=key["id"])

    def reclaim(self, now):
        def is_due(spi):
            if spi == self.key["id"]:
                return False
            since = self.replaced_at.setdefault(spi, now)
            return now - since >= self.settings["ipsecKeyRotationDurationUs"]

        for state in self.ask("xfrmStateList").get("states", []):
            if is_due(state["spi"]):
                self.delete_state(state)
        for policy in self.ask("xfrmPolicyList").get("policies", []):
            if policy["dir"] == "out" and policy["action"] == "allow" and is_due(policy["mark"]["value"] >> 12 & 15):
                self.delete_policy(policy)

    # --- one remote node

    def program(self, node, rebooted=False):
        node_id = self.map(node)
        if not node["bootID"] or self.key is None:
            return
        for family in self.families:
            drop = {"dir": "out", "src": ANY[family], "dst": ANY[family], "priority": 100, "action": "block", "tmpls": []}
            self.policy({**drop, "mark": {"value": ENCRYPT, "mask": 0xF00}})
            self.tunnel(node, node_id, family, "ciliumInternalIP", ANY[family], node["podCIDR"].get(family), 1, rebooted)
        if self.settings["routingMode"] == "tunnel" and "ipv4" in self.families:  # VXLAN itself is encrypted, too
            here, there = (n["internalIP"].get("ipv4", "") + "/32" for n in (self.local, node))
            self.tunnel(node, node_id, "ipv4", "internalIP", here, there, 2, rebooted)

    def tunnel(self, node, node_id, family, ends, inner, peer, reqid, rebooted):
        """Both directions between two addresses, and what is sent through them."""
        here, there = self.local[ends].get(family), node[ends].get(family)
        if here is None or there is None:
            return
        out_mark = {"value": node_id << 16 | self.key["id"] << 12 | ENCRYPT, "mask": OUT_MASK}
        in_mark = {"value": node_id << 16 | DECRYPT, "mask": IN_MASK}
        self.state(here, there, out_mark, ENCRYPT, reqid, self.derive(here, there, self.local, node), rebooted)
        self.policy(allow("out", inner, peer, out_mark, template(here, there, self.key["id"], reqid, False)))
        self.state(there, here, in_mark, DECRYPT, reqid, self.derive(there, here, node, self.local), rebooted)
        if ends == "ciliumInternalIP":
            self.policy({**allow("fwd", ANY[family], ANY[family], None, template(None, here, 0, 0, True)), "priority": 2975})
        self.policy(allow("in", ANY[family], ANY[family], None, template(None, None, 0, 0, True)))

    def state(self, src, dst, mark, output, reqid, key, rebooted):
        name = {"src": src, "dst": dst, "spi": self.key["id"], "mark": mark}
        found = self.ask("xfrmStateFind", **name).get("state")
        if found and not rebooted and found["aead"]["key"] == key:
            return
        if found:
            self.ask("xfrmStateDelete", **name)
        state = {**name, "mode": "tunnel", "reqid": reqid, "outputMark": {"value": output, "mask": OUT_MASK}}
        state["aead"] = {"name": self.key["name"], "key": key, "icvLen": self.key["icv"]}
        state.update(esn=True, replayWindow=1024)
        for _ in range(10):  # the kernel may be short of memory, or hold what is in the way
            errno = self.ask("xfrmStateAdd", state=state)["errno"]
            if errno == "EEXIST":
                for other in self.ask("xfrmStateList").get("states", []):
                    if other["dst"] == dst and other["spi"] == state["spi"] and other["mark"]["value"] == mark["value"]:
                        self.delete_state(other)
            elif errno != "ENOMEM":
                return

    def policy(self, policy):
        if policy["dst"] is not None:
            for _ in range(10):
                if self.ask("xfrmPolicyUpdate", policy=policy)["errno"] != "ENOMEM":
                    return

    def map(self, node):
        """Gives the node an ID of its own, and writes its addresses to the node map."""
        known = {self.ids[a] for a in addresses(node) if a in self.ids}
        if len(known) > 1:
            self.unmap(addresses(node))
            known = set()
        taken = set(self.ids.values())
        node_id = known.pop() if known else next(i for i in range(1, 65536) if i not in taken)
        for address in addresses(node):
            if self.ask("nodeMapUpdate", address=address, nodeID=node_id, keyID=node["keyID"])["errno"] == "ok":
                self.ids[address] = node_id
        return node_id

    def unmap(self, those):
        for address in sorted(those):
            if self.ids.pop(address, None):
                self.ask("nodeMapDelete", address=address)

    def remove(self, node):
        ids = {self.ids[a] for a in addresses(node) if a in self.ids}
        for state in self.ask("xfrmStateList").get("states", []):
            if state["mark"]["value"] >> 16 in ids:
                self.delete_state(state)
        for policy in self.ask("xfrmPolicyList").get("policies", []):
            if policy["mark"]["value"] >> 16 in ids:
                self.delete_policy(policy)
        self.unmap(addresses(node))

    def delete_state(self, state):
        self.ask("xfrmStateDelete", **{field: state[field] for field in ("src", "dst", "spi", "mark")})

    def delete_policy(self, policy):
        self.ask("xfrmPolicyDelete", **{field: policy[field] for field in ("dir", "src", "dst", "mark")})

    def derive(self, src, dst, source, destination):
        """ipsec_linux.go, computeNodeIPsecKey."""
        secret = bytes.fromhex(self.key["hex"])
        text = secret + packed(src) + packed(dst) + source["bootID"][:36].encode() + destination["bootID"][:36].encode()
        digest = hashlib.sha256(text) if len(secret) <= 32 else hashlib.sha512(text)
        return digest.digest()[: len(secret)].hex()


def packed(address):
    return ipaddress.ip_address(address).packed


def addresses(node):
    return [node[kind][family] for kind in ("internalIP", "ciliumInternalIP") for family in ("ipv4", "ipv6") if family in node[kind]]


def template(src, dst, spi, reqid, optional):
    ends = {name: value for name, value in (("src", src), ("dst", dst)) if value is not None}
    return {**ends, "spi": spi, "reqid": reqid, "mode": "tunnel", "optional": optional}


def allow(direction, src, dst, mark, tmpl):
    marked = {} if mark is None else {"mark": mark}
    return {"dir": direction, "src": src, "dst": dst, "priority": 0, "action": "allow", "tmpls": [tmpl], **marked}


def read_key(text):
    """The last line of the key file; None if any line is none of a key. Each tunnel has a key of its own, + or not."""
    lines = [LINE.match(line) for line in (text or "").strip().split("\n")]
    if not all(lines):
        return None
    number, name, digits, icv = lines[-1].groups()
    if not 1 <= int(number) <= 15 or len(digits) % 2:
        return None
    return {"id": int(number), "name": name, "hex": digits.lower(), "icv": int(icv)}


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main():
    agent = Agent()
    for line in sys.stdin:
        request = json.loads(line)
        agent.input = request["id"]
        send({"jsonrpc": "2.0", "id": request["id"], "result": agent.handle(request["method"], request["params"])})


main()
