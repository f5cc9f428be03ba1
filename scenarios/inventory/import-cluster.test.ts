import { describe, expect, it } from 'vitest';
import { importCluster } from './index.ts';
import {
  ciliumNode,
  configMap,
  fixture,
  importedFixture,
  nodeList,
  said,
} from './test-support/fixtures.ts';

const v4 = (ip: string, type: string) => ({ ip, type });

describe('what kubectl really prints', () => {
  it('gives every fact of a dual-stack cluster', () => {
    const { inventory } = importedFixture('east-ciliumnodes.json', 'east-cilium-config.json');
    expect({ ...inventory, nodes: inventory.nodes.length, notes: [] }).toEqual({
      apiVersion: 'keyturn/v1',
      kind: 'Inventory',
      cluster: { name: 'east', id: 1 },
      release: 'cilium-1.18',
      kernel: undefined,
      routing: 'tunnel',
      registry: 'crd',
      settings: {
        'ipsec-key-rotation-duration': '5m',
        'enable-ipsec-key-watcher': true,
        'enable-ipv4': true,
        'enable-ipv6': true,
      },
      keyId: 3,
      nodes: 20,
      notes: [],
    });
    expect(inventory.nodes[0]).toMatchObject({
      name: 'east-control-plane-01',
      internalIp: { ipv4: '10.101.0.11', ipv6: 'fd00:101::b' },
      podCidr: { ipv4: '10.1.1.0/24', ipv6: 'fd00:1:0:1::/64' },
    });
    expect(inventory.nodes.every(({ bootId }) => /^[0-9a-f-]{36}$/.test(bootId ?? ''))).toBe(true);
  });

  it('reads the ConfigMap in YAML, and notes only that the release is assumed', () => {
    const { inventory } = importedFixture('west-ciliumnodes.json', 'west-cilium-config.yaml');
    expect(inventory.cluster).toEqual({ name: 'west', id: 2 });
    expect(inventory.settings['ipsec-key-rotation-duration']).toBe('10m');
    expect(inventory.nodes).toHaveLength(14);
    expect(inventory.notes).toEqual([
      'assumed: west-cilium-config.yaml: the Cilium release is not given: cilium-1.18 is assumed, for want of better: give the real one (at data)',
    ]);
  });

  it('reads CiliumNodes in YAML, and tells all that it assumes without a ConfigMap', () => {
    const { inventory, notes } = importedFixture('lab-ciliumnodes.yaml');
    expect(inventory.nodes.map(({ name }) => name)).toEqual([
      'lab-control-plane-01',
      'lab-worker-01',
      'lab-worker-02',
    ]);
    expect(inventory.keyId).toBe(5);
    expect(
      notes.every(({ file, level }) => file === 'lab-ciliumnodes.yaml' && level === 'assumed'),
    ).toBe(true);
    expect(notes.map(({ message }) => message)).toEqual([
      "cluster-name is not given: default is assumed, the agent's default",
      'cluster-id is not given: 1 is assumed, as of a cluster in no mesh',
      'the Cilium release is not given: cilium-1.18 is assumed, for want of better: give the real one',
      "routing-mode is not given: tunnel is assumed, the agent's default",
      'kvstore is not given: crd is assumed, nodes are published as CiliumNode objects',
      "ipsec-key-rotation-duration is not given: 5m is assumed, the agent's default",
      "enable-ipsec-key-watcher is not given: true is assumed, the agent's default",
      "enable-ipv4 is not given: true is assumed, the agent's default",
      "enable-ipv6 is not given: false is assumed, as the nodes' addresses show",
    ]);
  });

  it('reads a CiliumNodeList and a single CiliumNode', () => {
    const list = { apiVersion: 'cilium.io/v2', kind: 'CiliumNodeList', items: [ciliumNode(1)] };
    expect(said({ file: 'list.json', text: JSON.stringify(list) })).toEqual([]);
    expect(said({ file: 'one.json', text: JSON.stringify(ciliumNode(1)) })).toEqual([]);
  });

  it('lets what the user says go first', () => {
    const imported = importCluster({
      nodes: fixture('east-ciliumnodes.json'),
      config: fixture('east-cilium-config.json'),
      overrides: { release: 'cilium-1.16', kernel: '6.12', clusterName: 'other', clusterId: 9 },
    });
    expect(imported.ok && imported.value.notes).toEqual([]);
    expect(imported.ok && imported.value.inventory).toMatchObject({
      cluster: { name: 'other', id: 9 },
      release: 'cilium-1.16',
      kernel: '6.12',
    });
  });
});

describe('texts that are no export', () => {
  it('refuses an empty file', () => {
    expect(said({ file: 'nodes.json', text: ' \n' })).toEqual([
      `nodes.json:1:1: the file is empty
  expected: JSON or YAML as kubectl prints it
  hint: check that kubectl succeeded: it prints its errors elsewhere`,
    ]);
  });

  it('names the line where JSON was cut off', () => {
    const { file, text } = fixture('east-ciliumnodes.json');
    const cut = text.slice(0, text.indexOf('"bootid"') - 1);
    const line = cut.split('\n').length;
    const column = (cut.split('\n').at(-1) ?? '').length + 1;
    expect(said({ file, text: cut })).toEqual([
      `east-ciliumnodes.json:${line}:${column}: the JSON ends early, with 4 brackets still open
  expected: a key in double quotes
  hint: the file was cut off: export it again`,
    ]);
  });

  it('names the place where JSON is broken', () => {
    expect(said({ file: 'nodes.json', text: '{\n  "a": 1\n  "b": 2\n}' })).toEqual([
      `nodes.json:3:3: not JSON: unexpected "\\""
  expected: "," or a closing bracket
  hint: give what "kubectl get ... -o json" printed, unchanged`,
    ]);
  });

  it('answers 10 MB of noise with one short error', () => {
    const noise = 'x%\u0001}]{"\n'.repeat(1_250_000);
    for (const text of [noise, `{${noise}`, `["${noise}`]) {
      const errors = said({ file: 'noise.bin', text });
      expect(errors).toHaveLength(1);
      expect(errors[0]?.length).toBeLessThan(300);
    }
    expect(said({ file: 'noise.bin', text: noise })).toEqual([
      `noise.bin:1:1: neither JSON nor a Kubernetes object in YAML: it begins "x%\\u0001}]{\\"\\nx%\\u0001}]{\\"\\nx%\\u0001}]{\\"\\nx%\\u0001}]{...
  expected: an object with apiVersion and kind
  hint: give what "kubectl get ... -o json" printed, unchanged`,
    ]);
  });

  it('names the place where YAML is broken', () => {
    expect(said({ file: 'nodes.yaml', text: 'kind: List\nitems: [1, 2' })).toEqual([
      `nodes.yaml:2:13: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]
  hint: give what "kubectl get ... -o yaml" printed, unchanged, one document a file`,
    ]);
  });

  it('refuses another kind of object', () => {
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'NodeList', items: [] });
    const rest = `
  expected: a List, a CiliumNodeList or a CiliumNode of cilium.io/v2
  hint: export them with "kubectl get ciliumnodes -o json"`;
    expect(said({ file: 'nodes.json', text })).toEqual([
      `nodes.json:1:1: no CiliumNode objects: it is "NodeList" of "v1"${rest}`,
    ]);
    expect(said({ file: 'nodes.json', text: '[1]' })).toEqual([
      `nodes.json:1:1: no CiliumNode objects: it has no apiVersion and kind${rest}`,
    ]);
    expect(said(nodeList([{ apiVersion: 'v1', kind: 'Node' }]))).toEqual([
      `nodes.json:1:1: no CiliumNode objects: none of 1 items is one${rest}`,
    ]);
    expect(said({ file: 'n.json', text: '{"apiVersion":"v1","kind":"List"}' })).toEqual([
      `n.json:1:1: no CiliumNode objects: the list has no items${rest}`,
    ]);
  });

  it('refuses an old version of CiliumNode', () => {
    const text = JSON.stringify({ ...ciliumNode(1), apiVersion: 'cilium.io/v1' });
    expect(said({ file: 'n.json', text })[0]).toContain('it is "CiliumNode" of "cilium.io/v1"');
  });

  it('refuses a ConfigMap that is none', () => {
    const config = { file: 'config.json', text: '{"apiVersion":"v1","kind":"Secret"}' };
    expect(said(nodeList([ciliumNode(1)]), config)).toEqual([
      `config.json:1:1: no ConfigMap: its kind is "Secret"
  expected: the ConfigMap cilium-config
  hint: export it with "kubectl -n kube-system get configmap cilium-config -o json"`,
    ]);
  });
});

describe('nodes that cannot be used', () => {
  it('refuses an empty list', () => {
    expect(said(nodeList([]))).toEqual([
      `nodes.json:1:42: the list of CiliumNodes is empty (at items)
  expected: at least one CiliumNode
  hint: check the context of kubectl, and that Cilium runs in that cluster`,
    ]);
  });

  it('refuses two nodes of one name, and says where both are', () => {
    expect(said(nodeList([ciliumNode(1), ciliumNode(2), ciliumNode(1)]))).toEqual([
      `nodes.json:4:1: two nodes are named n1 (at items[2])
  hint: the other one is at line 2`,
    ]);
  });

  it('refuses two nodes of one address, and names both', () => {
    const addresses = [v4('10.9.0.1', 'InternalIP'), v4('10.8.2.7', 'CiliumInternalIP')];
    expect(said(nodeList([ciliumNode(1), ciliumNode(2, { addresses })]))).toEqual([
      `nodes.json:3:1: the address 10.9.0.1 belongs to both n1 and n2 (at items[1])
  hint: the other one is at line 2`,
    ]);
  });

  it('refuses pod CIDRs that overlap, and names both nodes', () => {
    const wide = ciliumNode(2, { ipam: { podCIDRs: ['10.8.0.0/16'] } });
    expect(said(nodeList([ciliumNode(1), wide]))).toEqual([
      `nodes.json:3:1: the pod CIDRs 10.8.1.0/24 of n1 and 10.8.0.0/16 of n2 overlap (at items[1])
  hint: the other one is at line 2`,
    ]);
  });

  it('refuses an IPv6-only cluster by its nodes', () => {
    const addresses = [v4('fd00::1', 'InternalIP'), v4('fd00:1::1', 'CiliumInternalIP')];
    const nodes = nodeList([ciliumNode(1, { addresses })]);
    expect(said(nodes, configMap({ 'enable-ipv6': 'true' }))).toEqual([
      `nodes.json:1:1: no node has an IPv4 InternalIP, and Cilium does not support IPsec on IPv6-only clusters
  expected: an IPv4 or dual-stack cluster`,
    ]);
  });

  it('refuses an IPv6-only cluster by its ConfigMap', () => {
    expect(said(nodeList([ciliumNode(1)]), configMap({ 'enable-ipv4': 'false' }))).toEqual([
      expect.stringMatching(
        /^config\.json:1:\d+: the cluster is IPv6-only, and Cilium does not support IPsec there \(at data\.enable-ipv4\)\n {2}expected: enable-ipv4 to be "true"$/,
      ),
    ]);
  });

  it('refuses one node without an IPv4 InternalIP', () => {
    const bare = ciliumNode(2, { addresses: [v4('10.8.2.7', 'CiliumInternalIP')] });
    expect(said(nodeList([ciliumNode(1), bare]))).toEqual([
      expect.stringMatching(
        /^nodes\.json:3:\d+: node n2 has no IPv4 InternalIP, and Cilium does not support IPsec with IPv6 alone \(at items\[1\]\.spec\.addresses\)\n {2}expected: an address of the type InternalIP$/,
      ),
    ]);
  });

  it('refuses addresses, prefixes and key IDs that are none', () => {
    const addresses = [v4('10.9.0.256', 'InternalIP')];
    const ipam = { podCIDRs: ['10.8.1.0/40'] };
    const errors = said(nodeList([ciliumNode(1, { addresses, ipam })])).map((error) =>
      error.replace(/^nodes\.json:2:\d+/, 'nodes.json:2:_'),
    );
    expect(errors).toEqual([
      `nodes.json:2:_: "10.9.0.256" is not an IP address (at items[0].spec.addresses[0].ip)
  expected: an IP address`,
      `nodes.json:2:_: "10.8.1.0/40" is not a prefix (at items[0].spec.ipam.podCIDRs)
  expected: a prefix`,
    ]);
    expect(said(nodeList([ciliumNode(1, { encryption: { key: 16 } })]))[0]).toMatch(
      /: "key" is 16 \(at items\[0\]\.spec\.encryption\.key\)\n {2}expected: a key ID, 0 to 15$/,
    );
  });

  it('refuses a node without a name', () => {
    expect(said(nodeList([{ ...ciliumNode(1), metadata: {} }]))[0]).toMatch(
      /: "name" is missing \(at items\[0\]\.metadata\.name\)\n {2}expected: the name of the node$/,
    );
  });

  it('refuses more than 65,535 nodes', () => {
    const text = `{"apiVersion":"v1","kind":"List","items":[${'{"apiVersion":"cilium.io/v2","kind":"CiliumNode"},'.repeat(65_535)}{"apiVersion":"cilium.io/v2","kind":"CiliumNode"}]}`;
    expect(said({ file: 'nodes.json', text })).toEqual([
      `nodes.json:1:42: the list has 65536 nodes (at items)
  expected: at most 65535: Cilium supports IPsec on no more`,
    ]);
  });

  it('stops at ten errors', () => {
    const nodes = Array.from({ length: 30 }, () => ciliumNode(1));
    expect(said(nodeList(nodes))).toHaveLength(10);
  });
});

describe('odd nodes that can be used', () => {
  const notesOf = (spec: Readonly<Record<string, unknown>>, config = configMap()) =>
    said(nodeList([ciliumNode(1, spec), ciliumNode(2)]), config);

  it('draws a missing boot ID from the seed', () => {
    expect(notesOf({ bootid: undefined })).toEqual([
      'assumed: nodes.json: no boot ID on node n1: drawn from the seed (at spec.bootid)',
    ]);
  });

  it('groups nodes, however many', () => {
    const nodes = [1, 2, 3, 4, 5].map((index) => ciliumNode(index, { bootid: '' }));
    expect(said(nodeList(nodes))).toEqual([
      'assumed: nodes.json: no boot ID on 5 nodes (n1, n2, n3 and 2 more): drawn from the seed (at spec.bootid)',
    ]);
  });

  it('warns of a boot ID that is none, and of one that two nodes have', () => {
    expect(notesOf({ bootid: 'abc' })).toEqual([
      'warning: nodes.json: the boot ID of node n1 is not what a kernel makes: agents may refuse it (at spec.bootid)',
    ]);
    expect(notesOf({ bootid: ciliumNode(2).spec.bootid })).toEqual([
      'warning: nodes.json: one boot ID is that of 2 nodes (n1, n2): containers of one host, or cloned machines (at spec.bootid)',
    ]);
  });

  it('warns of a rotation under way, and takes the key ID of most nodes', () => {
    const nodes = [ciliumNode(1, { encryption: { key: 4 } }), ciliumNode(2), ciliumNode(3)];
    expect(said(nodeList(nodes))).toEqual([
      'warning: nodes.json: a rotation is under way (key ID 3 on 2 nodes (n2, n3); 4 on node n1): the rehearsal starts as if all had 3 (at spec.encryption.key)',
    ]);
    const imported = importCluster({ nodes: nodeList(nodes) });
    expect(imported.ok && imported.value.inventory.keyId).toBe(3);
  });

  it('warns of nodes without a key', () => {
    const noKey =
      'warning: nodes.json: no key ID on node n1: peers send to it without encryption (at spec.encryption.key)';
    expect(notesOf({ encryption: {} })).toEqual([noKey]);
    expect(said(nodeList([ciliumNode(1, { encryption: { key: 0 } })]))).toEqual([
      'assumed: nodes.json: no node advertises a key ID: the rehearsal starts with key ID 1 (at spec.encryption.key)',
      noKey,
    ]);
  });

  it('makes up a pod CIDR and an address in it', () => {
    const addresses = [v4('10.9.0.1', 'InternalIP')];
    const nodes = nodeList([ciliumNode(1, { addresses, ipam: {} }), ciliumNode(2)]);
    expect(said(nodes)).toEqual([
      'assumed: nodes.json: a pod CIDR is missing on node n1: one is made up (at spec.ipam.podCIDRs)',
      'assumed: nodes.json: a CiliumInternalIP is missing on node n1: the first address of the pod CIDR is taken (at spec.addresses)',
    ]);
    const imported = importCluster({ nodes, config: configMap() });
    expect(imported.ok && imported.value.inventory.nodes[0]).toMatchObject({
      podCidr: { ipv4: '240.16.0.0/28', ipv6: undefined },
      ciliumInternalIp: { ipv4: '240.16.0.1', ipv6: undefined },
    });
  });

  it('makes up what a node lacks of IPv6', () => {
    const nodes = nodeList([ciliumNode(1)]);
    const config = configMap({ 'enable-ipv6': 'true', 'cluster-id': '255' });
    expect(said(nodes, config)[0]).toBe(
      'warning: nodes.json: no IPv6 InternalIP on node n1, though IPv6 is enabled: one is made up (at spec.addresses)',
    );
    const imported = importCluster({ nodes, config });
    expect(imported.ok && imported.value.inventory.nodes[0]).toMatchObject({
      internalIp: { ipv6: 'fd6b:6578:ff::1' },
      podCidr: { ipv4: '10.8.1.0/24', ipv6: 'fd6b:6579:ff::/64' },
    });
  });

  it('takes the first pod CIDR of each family, or of the pools', () => {
    const several = { podCIDRs: ['10.8.1.0/24', '10.8.77.0/24'] };
    expect(notesOf({ ipam: several })).toEqual([
      'assumed: nodes.json: several pod CIDRs of one family on node n1: the first is taken (at spec.ipam.podCIDRs)',
    ]);
    const pools = { allocated: [{ pool: 'default', cidrs: ['10.8.1.0/27'] }] };
    expect(notesOf({ ipam: { pools } })).toEqual([
      'assumed: nodes.json: no podCIDRs on node n1: the first prefix of its pools is taken (at spec.ipam.pools)',
    ]);
  });

  it('takes the first of several addresses, and leaves unknown types out', () => {
    const { addresses } = ciliumNode(1).spec;
    expect(notesOf({ addresses: [...addresses, v4('10.9.0.99', 'InternalIP')] })).toEqual([
      'assumed: nodes.json: several addresses of one type and family on node n1: the first is taken (at spec.addresses)',
    ]);
    expect(notesOf({ addresses: [...addresses, v4('1.2.3.4', 'MoonIP')] })).toEqual([
      'not understood: nodes.json: addresses of an unknown type on node n1, left out (at spec.addresses)',
    ]);
    expect(notesOf({ addresses: [...addresses, v4('1.2.3.4', 'ExternalIP')] })).toEqual([]);
  });

  it('leaves out items of other kinds', () => {
    expect(said(nodeList([ciliumNode(1), { apiVersion: 'v1', kind: 'Node' }]))).toEqual([
      'not understood: nodes.json: 1 item is no CiliumNode, and left out (at items)',
    ]);
  });
});
