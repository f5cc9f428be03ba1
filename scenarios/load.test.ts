import { describe, expect, test } from 'vitest';
import { defined } from '../model/assert.ts';
import { failure, success } from '../model/result.ts';
import { hour, millisecond, minute, second } from '../model/time.ts';
import { noLesson, nothingExpected, type Scenario } from '../sim/index.ts';
import { formatInputError } from './input-error.ts';
import { type Inventory, writeInventory } from './inventory/index.ts';
import { loadScenario } from './load.ts';
import type { ReadFile } from './plan-clusters.ts';

function load(text: string, readFile?: ReadFile): Scenario {
  const loaded = loadScenario(text, { file: 'a.yaml', ...(readFile && { readFile }) });
  if (!loaded.ok) throw new Error(loaded.error.map(formatInputError).join('\n'));
  return loaded.value;
}

const smallest = `title: a
clusters: [{ name: east, nodes: 2, release: cilium-1.16 }]`;

const all = { kind: 'all' } as const;
const east = { kind: 'cluster', cluster: 'east' } as const;
const n1 = { kind: 'node', cluster: 'east', node: 'n1' } as const;

describe('the smallest scenario', () => {
  const scenario = load(smallest);

  test('has every default filled in', () => {
    expect({ ...scenario, clusters: [] }).toEqual({
      clusters: [],
      title: 'a',
      lesson: noLesson,
      seed: '1',
      delays: {
        secretSync: { kind: 'uniform', minimum: 0, maximum: minute },
        load: { kind: 'constant', value: 100 * millisecond },
        install: { kind: 'constant', value: 200 },
        publish: { kind: 'constant', value: 100 * millisecond },
        watch: { kind: 'uniform', minimum: 10 * millisecond, maximum: 200 * millisecond },
        mesh: { kind: 'constant', value: second },
        latency: { kind: 'constant', value: millisecond },
        reclaimInterval: minute,
      },
      delayOverrides: [],
      traffic: [
        { from: all, to: all, every: second, families: [4], startsAt: 0, stopsAt: undefined },
      ],
      procedure: [],
      faults: [],
      limits: { events: 50_000_000, time: 24 * hour },
      expect: nothingExpected,
      remedy: undefined,
    });
  });

  test("has a cluster with the agent's own defaults", () => {
    const [cluster] = scenario.clusters;
    const { nodes, ...rest } = defined(cluster, 'cluster');
    expect(rest).toEqual({
      name: 'east',
      id: 1,
      release: 'cilium-1.16',
      kernel: '6.1',
      routing: 'tunnel',
      registry: 'crd',
      settings: { rotationDuration: 5 * minute, keyWatcher: true, families: [4] },
      secret: '3+ rfc4106(gcm(aes)) 00112233445566778899aabbccddeeff01020304 128',
      podsPerNode: 1,
    });
    expect(nodes.map((node) => node.name)).toEqual(['n1', 'n2']);
    expect(nodes.map((node) => node.podCidr[4]?.address.text)).toEqual(['10.1.1.0', '10.1.2.0']);
    expect(nodes.every((node) => node.present)).toBe(true);
  });
});

test('what a file says of its clusters wins over the defaults', () => {
  const { clusters, seed } = load(`title: a
seed: spring
clusters:
  - name: east
    id: 7
    nodes: 3
    absent: [n3]
    release: cilium-1.18
    kernel: "5.10"
    routing: native
    registry: kvstore
    podsPerNode: 2
    settings:
      ipsec-key-rotation-duration: 0s
      enable-ipsec-key-watcher: false
      enable-ipv6: true
    secret: not a key at all
  - { name: west, nodes: 1, release: cilium-1.17 }`);
  expect(seed).toBe('spring');
  expect(clusters[0]).toMatchObject({
    id: 7,
    release: 'cilium-1.18',
    kernel: '5.10',
    routing: 'native',
    registry: 'kvstore',
    podsPerNode: 2,
    settings: { rotationDuration: 0, keyWatcher: false, families: [4, 6] },
    secret: 'not a key at all',
  });
  expect(clusters[0]?.nodes.map((node) => node.present)).toEqual([true, true, false]);
  expect(clusters[1]?.id).toBe(2);
});

test('a scenario of as many nodes as IPsec in Cilium supports is read', () => {
  const { clusters } = load(`title: a
clusters: [{ name: east, nodes: 65535, release: cilium-1.19 }]`);
  expect(clusters[0]?.nodes.length).toBe(65_535);
});

test('probes use the families that every cluster has', () => {
  const { traffic } = load(`title: a
clusters:
  - { name: east, nodes: 1, release: cilium-1.17, settings: { enable-ipv6: true } }
  - { name: west, nodes: 1, release: cilium-1.17 }
traffic:
  - { from: east, to: west, every: 10ms, startsAt: 1m, stopsAt: 2m }
  - { families: [ipv4] }`);
  expect(traffic[0]).toEqual({
    from: east,
    to: { kind: 'cluster', cluster: 'west' },
    every: 10 * millisecond,
    families: [4],
    startsAt: minute,
    stopsAt: 2 * minute,
  });
  expect(traffic[1]?.families).toEqual([4]);
});

test('no traffic is no traffic', () => {
  expect(load(`${smallest}\ntraffic: []`).traffic).toEqual([]);
});

test('an override of several delays is one for each', () => {
  const { delays, delayOverrides } = load(`${smallest}
delays:
  secretSync: kubelet
  reclaimInterval: 30s
  at:
    - { nodes: east/n1, secretSync: 7m, load: 1s }
    - { from: east/n1, latency: 80ms }`);
  expect(delays.secretSync).toEqual({ kind: 'uniform', minimum: 0, maximum: 90 * second });
  expect(delays.reclaimInterval).toBe(30 * second);
  expect(delayOverrides).toEqual([
    { delay: 'secretSync', value: { kind: 'constant', value: 7 * minute }, at: n1, from: all },
    { delay: 'load', value: { kind: 'constant', value: second }, at: n1, from: all },
    { delay: 'latency', value: { kind: 'constant', value: 80_000 }, at: all, from: n1 },
  ]);
});

const steps: readonly (readonly [string, unknown])[] = [
  ['wait: 2m', { kind: 'wait', duration: 2 * minute }],
  [
    'waitUntil: { keyLoaded: 4, nodes: east, timeout: 10m }',
    {
      kind: 'waitUntil',
      condition: { kind: 'keyLoaded', nodes: east, keyId: 4 },
      timeout: 10 * minute,
    },
  ],
  [
    'waitUntil: { keysInUse: 0, timeout: 10m }',
    {
      kind: 'waitUntil',
      condition: { kind: 'keysInUse', nodes: all, count: 0 },
      timeout: 10 * minute,
    },
  ],
  [
    'waitUntil: { settled: true, timeout: 10m }',
    { kind: 'waitUntil', condition: { kind: 'settled', nodes: all }, timeout: 10 * minute },
  ],
  ['rotate: east', { kind: 'rotate', clusters: ['east'] }],
  ['rotate: [east, west]', { kind: 'rotate', clusters: ['east', 'west'] }],
  [
    'writeSecret: { cluster: east, text: "4+ nonsense" }',
    { kind: 'writeSecret', cluster: 'east', text: '4+ nonsense' },
  ],
  ['copySecret: { from: east, to: west }', { kind: 'copySecret', from: 'east', to: 'west' }],
  ['deleteSecret: { cluster: east }', { kind: 'deleteSecret', cluster: 'east' }],
  [
    'configure: { cluster: east, settings: { ipsec-key-rotation-duration: 10m } }',
    { kind: 'configure', cluster: 'east', settings: { rotationDuration: 10 * minute } },
  ],
  [
    'configure: { cluster: east, settings: { enable-ipv6: true } }',
    { kind: 'configure', cluster: 'east', settings: { families: [4, 6] } },
  ],
  [
    'upgrade: { nodes: east, release: cilium-1.17, downtime: 10s, interval: 30s }',
    {
      kind: 'upgrade',
      nodes: east,
      release: 'cilium-1.17',
      downtime: 10 * second,
      interval: 30 * second,
    },
  ],
];

const faults: readonly (readonly [string, unknown])[] = [
  ['reboot: { nodes: east/n1, downtime: 60s }', { kind: 'reboot', nodes: n1, downtime: minute }],
  [
    'restartAgent: { nodes: east/n1, downtime: 0s }',
    { kind: 'restartAgent', nodes: n1, downtime: 0 },
  ],
  [
    'crashAgent: { nodes: east/n1, downtime: 10s }',
    { kind: 'crashAgent', nodes: n1, downtime: 10 * second },
  ],
  [
    'pauseAgent: { nodes: east/n1, duration: 10s }',
    { kind: 'pauseAgent', nodes: n1, duration: 10 * second },
  ],
  [
    'slowNode: { nodes: east, factor: 10, duration: 1m }',
    { kind: 'slowNode', nodes: east, factor: 10, duration: minute },
  ],
  [
    'partition: { link: { secret: east/n1 }, duration: 1m }',
    { kind: 'partition', link: { kind: 'secret', nodes: n1 }, duration: minute },
  ],
  [
    'partition: { link: { publish: east/n1 }, duration: 1m }',
    { kind: 'partition', link: { kind: 'publish', nodes: n1 }, duration: minute },
  ],
  [
    'partition: { link: { watch: all }, duration: 1m }',
    { kind: 'partition', link: { kind: 'watch', nodes: all }, duration: minute },
  ],
  [
    'delayLink: { link: { mesh: { from: east, to: west } }, extra: 5s, duration: 1m }',
    {
      kind: 'delayLink',
      link: { kind: 'mesh', from: 'east', to: 'west' },
      extra: 5 * second,
      duration: minute,
    },
  ],
  [
    'partition: { link: { network: { from: east/n1, to: all } }, duration: 1m }',
    { kind: 'partition', link: { kind: 'network', from: n1, to: all }, duration: minute },
  ],
  ['join: { nodes: east/n1 }', { kind: 'join', nodes: n1 }],
  ['leave: { nodes: east/n1 }', { kind: 'leave', nodes: n1 }],
  ['replace: { node: east/n1, by: n2 }', { kind: 'replace', nodes: n1, by: 'n2' }],
  [
    'deletePods: { nodes: east/n1, duration: 1s }',
    { kind: 'deletePods', nodes: n1, duration: second, routeRacePerMille: 0 },
  ],
  [
    'memoryPressure: { nodes: east/n1, duration: 1s, dropPerMille: 5 }',
    { kind: 'memoryPressure', nodes: n1, duration: second, dropPerMille: 5 },
  ],
  [
    'failOperation: { nodes: east/n1, operation: xfrmStateAdd, errno: ENOMEM }',
    { kind: 'failOperation', nodes: n1, operation: 'xfrmStateAdd', errno: 'ENOMEM', times: 1 },
  ],
];

const mesh = `title: a
clusters:
  - { name: east, nodes: 2, release: cilium-1.16 }
  - { name: west, nodes: 2, release: cilium-1.16 }`;

test.each(steps)('the step %s', (text, step) => {
  expect(load(`${mesh}\nprocedure:\n  - ${text}`).procedure).toEqual([step]);
});

test.each(faults)('%s is a fault, and a step too', (text, fault) => {
  const scenario = load(`${mesh}\nprocedure:\n  - ${text}\nfaults:\n  - at: 3m\n    ${text}`);
  expect(scenario.faults).toEqual([{ at: 3 * minute, fault }]);
  expect(scenario.procedure).toEqual([{ kind: 'act', fault }]);
});

test('expectations and limits', () => {
  const scenario = load(`${smallest}
expect:
  verdict: unsafe
  counters:
    east/n1: { XfrmInNoStates: 12, "No node ID found": 1 }
  keysInUse:
    - { at: 1m, nodes: east, count: 2 }
    - { at: 2m, count: 4 }
limits: { events: 1000, time: 1h }`);
  expect(scenario.expect).toEqual({
    ...nothingExpected,
    verdict: 'unsafe',
    counters: { 'east/n1': { XfrmInNoStates: 12, 'No node ID found': 1 } },
    keysInUse: [
      { at: minute, nodes: east, count: 2 },
      { at: 2 * minute, nodes: all, count: 4 },
    ],
  });
  expect(scenario.limits).toEqual({ events: 1000, time: hour });
});

test('anchors and aliases are allowed, and errors behind an alias are placed at the anchor', () => {
  const text = `title: a
clusters:
  - &one { name: east, nodes: 2, release: cilium-1.16 }
procedure:
  - reboot: &reboot { nodes: east/n1, downtime: 1m }
  - reboot: *reboot`;
  expect(load(text).procedure).toHaveLength(2);
  const wrong = loadScenario(text.replace('east/n1', 'east/n7'), { file: 'a.yaml' });
  expect(wrong.ok ? [] : wrong.error.map(({ line, column, path }) => [line, column, path])).toEqual(
    [
      [5, 30, 'procedure[0].reboot.nodes'],
      [5, 30, 'procedure[1].reboot.nodes'],
    ],
  );
});

describe('an inventory', () => {
  const node = (index: number): Inventory['nodes'][number] => ({
    name: `node-${index}`,
    internalIp: { ipv4: `192.168.0.${index}`, ipv6: undefined },
    ciliumInternalIp: { ipv4: `10.9.${index}.7`, ipv6: undefined },
    podCidr: { ipv4: `10.9.${index}.0/24`, ipv6: undefined },
    bootId: undefined,
  });
  const inventory: Inventory = {
    apiVersion: 'keyturn/v1',
    kind: 'Inventory',
    cluster: { name: 'production', id: 9 },
    release: 'cilium-1.18',
    kernel: '6.12',
    routing: 'native',
    registry: 'kvstore',
    settings: {
      'ipsec-key-rotation-duration': '7m0s',
      'enable-ipsec-key-watcher': false,
      'enable-ipv4': true,
      'enable-ipv6': false,
    },
    keyId: 12,
    nodes: [node(1), node(2)],
    notes: [],
  };
  const readFile: ReadFile = (path) =>
    path === 'east.yaml' ? success(writeInventory(inventory)) : failure('there is no such file');

  test('decides what the scenario leaves out', () => {
    const { clusters } = load(
      `title: a
clusters: [{ name: east, inventory: east.yaml, absent: [node-2] }]
procedure: [{ reboot: { nodes: east/node-1, downtime: 1m } }]`,
      readFile,
    );
    expect(clusters[0]).toMatchObject({
      name: 'east',
      id: 9,
      release: 'cilium-1.18',
      kernel: '6.12',
      routing: 'native',
      registry: 'kvstore',
      settings: { rotationDuration: 7 * minute, keyWatcher: false, families: [4] },
      secret: '12+ rfc4106(gcm(aes)) 00112233445566778899aabbccddeeff01020304 128',
    });
    expect(clusters[0]?.nodes.map((plan) => plan.present)).toEqual([true, false]);
    expect(clusters[0]?.nodes[0]?.internalIp[4]?.text).toBe('192.168.0.1');
  });

  test('gives way to what the scenario says', () => {
    const { clusters } = load(
      `title: a
clusters:
  - name: east
    id: 3
    inventory: east.yaml
    release: cilium-1.19
    kernel: "6.1"
    routing: tunnel
    registry: crd
    settings: { ipsec-key-rotation-duration: 10m }`,
      readFile,
    );
    expect(clusters[0]).toMatchObject({
      id: 3,
      release: 'cilium-1.19',
      kernel: '6.1',
      routing: 'tunnel',
      registry: 'crd',
      settings: { rotationDuration: 10 * minute, keyWatcher: false, families: [4] },
    });
  });

  const errorsOf = (text: string, read = readFile): readonly string[] => {
    const loaded = loadScenario(text, { file: 'a.yaml', readFile: read });
    return loaded.ok ? [] : loaded.error.map((error) => `${error.code} ${formatInputError(error)}`);
  };

  test('that is given twice has the same addresses twice', () => {
    const text = `title: a
clusters:
  - { name: east, inventory: east.yaml }
  - { name: west, id: 10, inventory: east.yaml }`;
    expect(errorsOf(text)).toEqual([
      `DUPLICATE_ADDRESS a.yaml:4:5: the nodes east/node-1 and west/node-1 both have 192.168.0.1 (at clusters[1])
  expected: addresses that are unique in the mesh
  hint: a mesh cannot have overlapping addresses; is one inventory used twice?`,
    ]);
  });

  test('without addresses of a family cannot have the family enabled', () => {
    const text = `title: a
clusters:
  - { name: east, inventory: east.yaml, settings: { enable-ipv6: true } }`;
    expect(errorsOf(text)).toEqual([
      `NO_ADDRESSES a.yaml:3:5: IPv6 is enabled, but the node "node-1" of the inventory has no IPv6 address (at clusters[0])
  expected: IPv6 addresses of every node
  hint: leave out enable-ipv6, or export the inventory anew`,
    ]);
  });

  test('that is wrong has its own errors reported, under its own name', () => {
    const text = `title: a
clusters: [{ name: east, inventory: east.yaml }]`;
    const errors = errorsOf(text, () => success('apiVersion: keyturn/v2\n'));
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every((error) => /^[A-Z_]+ east\.yaml:/.test(error))).toBe(true);
  });
});
