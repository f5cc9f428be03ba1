import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captured, messageOf } from '../test-support/captured.ts';
import { makeFolder, put } from '../test-support/folder.ts';
import { readWholeLibrary } from '../library.ts';
import { check } from './check.ts';
import { plan } from './plan.ts';

const options = { packetsPerSecond: 100_000 };

/** One cluster as documented, with something unlike the defaults. */
function oneCluster(cluster: string, more = ''): string {
  return `title: One cluster
clusters:
  - {name: east, release: cilium-1.19, routing: native, ${cluster}}
${more}procedure:
  - wait: 1m
  - rotate: east
  - wait: 10m
`;
}

function planned(text: string, more: Partial<Parameters<typeof plan>[1]> = {}) {
  const path = put(makeFolder(), 'scenario.yaml', text);
  return captured(() => plan(path, { ...options, ...more }));
}

describe('the documented default, 5 min and 1 min', () => {
  it('is safe in one cluster: the margin is what the minute and the news leave of it', () => {
    const { text, value } = planned(oneCluster('nodes: 100'));
    expect(value).toBe(0);
    // Late: 60 s sync, 100 ms load, 2 x 99 states of 200 us, 100 ms publish, 200 ms watch; early: 100 ms load.
    expect(text).toMatch(/needed {3}ipsec-key-rotation-duration of at least 1m 00\.340s\n/);
    expect(text).toContain('margin   3m 59.660s');
    expect(text).toMatch(/\+ {2}1m {5,}secretSync {2}east\/n\d+/);
  });

  it('stops being safe where kubelets are slower than it says', () => {
    const slow = oneCluster('nodes: 100', 'delays: {secretSync: "uniform(0s, 300s)"}\n');
    const { text, value } = planned(slow);
    expect(value).toBe(1);
    expect(text).toContain('margin   -340ms');
    expect(planned(oneCluster('nodes: 100')).text).toMatch(/secretSync {2}1m {8,}4m 59\.660s/);
  });

  it('stops being safe in a mesh whose records take too long, or that is rotated too slowly', () => {
    const mesh = (wait: string): string => `title: A mesh
clusters:
  - {name: east, nodes: 10, release: cilium-1.19}
  - {name: west, nodes: 10, release: cilium-1.19}
procedure:
  - rotate: east
  - wait: ${wait}
  - copySecret: {from: east, to: west}
`;
    // 4 states for each of 19 peers: 15.2 ms. 60 s + 15.2 ms + 100 ms + 1 s mesh + 200 ms = 61.3152 s.
    const { text, value } = planned(mesh('2m'));
    expect(value).toBe(0);
    expect(text).toContain('needed   ipsec-key-rotation-duration of at least 3m 01.316s');
    expect(text).toMatch(/\+ {2}2m {5,}written {5}west after east/);
    // 5 min less 61.3152 s; and the mesh may take what is left of it beyond its second.
    expect(text).toMatch(
      /west {5}4 {4}2m after key 4 {2}at once {3}3m 58\.685s after key 4 {2}in time/,
    );
    expect(text).toMatch(/mesh {8}1s {10,}1m 59\.685s/);
    const late = planned(mesh('4m'));
    expect(late.value).toBe(1);
    expect(late.text).toContain('too late');
  });

  it('stops being safe where agents without a watcher are restarted one after another', () => {
    const rolling = `title: Restarts, two at a time, 60 s each
clusters:
  - name: east
    nodes: 1000
    release: cilium-1.19
    routing: native
    settings: {enable-ipsec-key-watcher: false}
procedure:
  - rotate: east
  - upgrade: {nodes: east, release: cilium-1.19, downtime: 60s, interval: 30s}
`;
    const { text, value } = planned(rolling);
    expect(value).toBe(1);
    // 999 x 30 s = 8 h 19 m 30 s between the first and the last.
    expect(text).toMatch(/\+ {2}8h 20m 30s {2}restart {2}east\/n1000/);
    expect(text).toContain('of at least 8h 19m 30.700s');
    expect(text).toMatch(/restarts {4}8h 19m 30s {3}4m 59\.\d+s/);
  });

  it('is refused for 1,000 nodes with the states of 1.17, which announces before it installs', () => {
    const { text, value } = planned(
      oneCluster('nodes: 1000').replace('cilium-1.19', 'cilium-1.17').replace('native', 'tunnel'),
    );
    expect(value).toBe(1);
    expect(text).toContain('no rotation duration is safe');
    // 100 ms + 10 ms + 1 ms against 200 us for each of 4 x 999 states but the last one.
    expect(text).toMatch(
      /installs in 799ms, and east\/n\d+ may send with the new key after 111ms: NOT ready/,
    );
    expect(text).toContain(
      'cilium-1.17 is safe up to 140 nodes, and unsafe from 141 on; with as many as there are, up to 27us for each state',
    );
  });
});

it('refuses a rotation of agents that never look at the key file', () => {
  const { text, value } = planned(
    oneCluster('nodes: 3, settings: {enable-ipsec-key-watcher: false}'),
  );
  expect(value).toBe(1);
  expect(text).toContain('east/n1 never loads the key');
  expect(text).toContain('needed   apart from that, an ipsec-key-rotation-duration of at least');
});

it('is inconclusive where something happens that the formula does not cover', () => {
  const fault = 'faults:\n  - {at: 1m, reboot: {nodes: east/n1, downtime: 1m}}\n';
  const { text, value } = planned(oneCluster('nodes: 3', fault));
  expect(value).toBe(3);
  expect(text).toContain('the fault reboot');
});

it('is inconclusive where no encrypted packet comes to the program, which VXLAN packets always do', () => {
  const misplaced = oneCluster('nodes: 3, settings: {encrypt-interface: eth1}');
  expect(planned(misplaced).value).toBe(3);
  expect(planned(misplaced).text).toContain('the encrypt-interface of east');
  const insideVxlan = misplaced.replace(
    'cilium-1.19, routing: native',
    'cilium-1.17, routing: tunnel',
  );
  expect(planned(insideVxlan).text).not.toContain('the encrypt-interface of east');
});

it.each([
  [
    'encrypts VXLAN packets, which the other cannot decrypt',
    '{name: east, release: cilium-1.19, nodes: 2}',
    '{name: west, release: cilium-1.16, nodes: 2}',
    'packets from east/n1 to west/n1, lost before anything rotates (XfrmInNoStates)',
  ],
  [
    'routes otherwise',
    '{name: east, release: cilium-1.19, nodes: 2, routing: native}',
    '{name: west, release: cilium-1.19, nodes: 2, routing: tunnel}',
    'packets from west/n1 to east/n1, lost before anything rotates (XfrmInNoStates)',
  ],
  [
    'has another key from the start',
    '{name: east, release: cilium-1.19, nodes: 2}',
    `{name: west, release: cilium-1.19, nodes: 2, secret: "3+ rfc4106(gcm(aes)) ${'7'.repeat(40)} 128"}`,
    'packets from east/n1 to west/n1, lost before anything rotates (XfrmInStateProtoError)',
  ],
])('is inconclusive for a mesh in which one cluster %s', (_, east, west, aside) => {
  const { text, value } = planned(`title: A mesh
clusters:
  - ${east}
  - ${west}
procedure:
  - rotate: [east, west]
`);
  expect(value).toBe(3);
  expect(text).toContain(aside);
});

it('takes the ID of a scenario of the library, and calls none safe that a run of it is not', () => {
  const called: string[] = [];
  for (const { id, outcome, content } of readWholeLibrary()) {
    if (outcome !== 'unsafe' || content.kind !== 'run') continue;
    const { clusters } = content.scenario;
    if (clusters.flatMap(({ nodes }) => nodes.filter((one) => one.present)).length < 2) continue;
    if (captured(() => plan(id, options)).value === 0) called.push(id);
  }
  expect(called).toEqual([]);
});

it.each([
  ['', 'a secret of east without a key'],
  [
    '5+ rfc4106(gcm(aes)) 76543210fedcba9876543210fedcba9876543210 128',
    'key ID 5 of east, which does not follow 3',
  ],
  [
    '16+ rfc4106(gcm(aes)) 76543210fedcba9876543210fedcba9876543210 128',
    'refuse (failed to parse SPI: encryption key space exhausted',
  ],
  [
    '4+ rfc4106(gcm(aes)) 76543210fedcba9876543210fedcba98 128',
    'a key of east that the kernel refuses (EINVAL: its algorithm or its length)',
  ],
])('is inconclusive where the secret becomes "%s"', (secret, aside) => {
  const text = oneCluster('nodes: 3').replace(
    'rotate: east',
    `writeSecret: {cluster: east, text: "${secret}"}`,
  );
  const { text: report, value } = planned(text);
  expect(value).toBe(3);
  expect(report).toContain(aside);
});

it('refuses a scenario with one node, and another that joins later', () => {
  const text = oneCluster('nodes: 2, absent: [n2]');
  expect(messageOf(() => planned(text))).toContain('there is only one node at the start');
});

const twice = `# far too fast
title: A mesh rotated cluster after cluster, twice
clusters:
  - {name: east, nodes: 3, release: cilium-1.19, routing: native}
  - {name: west, nodes: 3, release: cilium-1.19, routing: native}
delays:
  secretSync: uniform(1s, 2s)
  mesh: 2s
  at:
    - nodes: west/n2
      secretSync: 71s # a slow kubelet
traffic:
  - every: 500ms
procedure:
  - wait: 10s
  - rotate: east
  - wait: 5s # then the other cluster
  - copySecret: {from: east, to: west}
  - wait: 65s # too early for another key
  - rotate: east
  - wait: 5s
  - copySecret: {from: east, to: west}
  - wait: 10m
`;

describe("a plan's waits, written back", () => {
  const checked = (path: string) => captured(() => check(path, { runs: 3 })).value;

  it('pass keyturn check, and one second less on the binding one fails it', () => {
    const folder = makeFolder();
    const path = put(folder, 'mesh.yaml', twice);
    const out = join(folder, 'planned.yaml');
    expect(checked(path)).toBe(1);
    const { text, value } = captured(() => plan(path, { ...options, write: out }));
    expect(value).toBe(0);
    // Each time says since when it counts.
    expect(text).toMatch(/6 {5}east {5}5 {4}1m 10s after key 4 +2\.001s after key 4/);
    expect(text).toMatch(
      /8 {5}west {5}5 {4}1m 15s after key 4, 5s after key 5 +1m 16\.001s after key 4 +3m 4\S+ after key 5/,
    );
    const written = readFileSync(out, 'utf8');
    expect(written).toContain('# a slow kubelet');
    expect(checked(out)).toBe(0);
    // West is written at 5 s, its slow node has the file 71 s later: the next key of west is at 76.001 s.
    const waits = [...written.matchAll(/wait: \S+/g)].map(([whole]) => whole);
    expect(waits).toHaveLength(5);
    const binding = waits[3] ?? '';
    const shorter = put(folder, 'shorter.yaml', written.replace(binding, lessASecond(binding)));
    expect(checked(shorter)).toBe(1);
  });

  it('are not written where nothing is safe', () => {
    const folder = makeFolder();
    const path = put(
      folder,
      'never.yaml',
      oneCluster('nodes: 1000').replace('cilium-1.19', 'cilium-1.17'),
    );
    const out = join(folder, 'never-written.yaml');
    expect(captured(() => plan(path, { ...options, write: out })).value).toBe(1);
    expect(existsSync(out)).toBe(false);
  });
});

function lessASecond(wait: string): string {
  const seconds = /(\d+)s/.exec(wait)?.[1] ?? '1';
  return wait.replace(`${seconds}s`, `${Number(seconds) - 1}s`);
}

describe('a sweep', () => {
  it('of nodes tells from where on a release that announces first is unsafe', () => {
    const text = oneCluster('nodes: 3').replace('cilium-1.19', 'cilium-1.18');
    const { text: table, value } = planned(text, { sweep: 'nodes=3..65535' });
    expect(value).toBe(0);
    const rows = table.split('\n').filter((line) => /^[\d,]+ /.test(line));
    expect(rows[0]).toMatch(/^3 /);
    expect(rows.at(-1)).toMatch(/^65,535 /);
    const unsafe = rows.map((row) => / -\S+/.test(row));
    expect(unsafe).toEqual([...unsafe].sort());
    expect(unsafe[0]).toBe(false);
    expect(unsafe.at(-1)).toBe(true);
  });

  it('of a delay is written as a plot', () => {
    const out = join(makeFolder(), 'plot.svg');
    const { value } = planned(oneCluster('nodes: 3'), { sweep: 'secretSync=10s..10m', out });
    expect(value).toBe(0);
    expect(readFileSync(out, 'utf8')).toMatch(/^<svg [^]*<polyline [^]*<\/svg>\n$/);
  });

  it('is a page, too, with the table under the plot', () => {
    const out = join(makeFolder(), 'sweep.html');
    const text = oneCluster('nodes: 3')
      .replace('title: One', 'title: One <b>&')
      .replace('1.19', '1.18');
    const { value } = planned(text, { sweep: 'nodes=3..65535', out });
    expect(value).toBe(0);
    const page = readFileSync(out, 'utf8');
    expect(page).toContain('One &lt;b&gt;&amp; cluster');
    expect(page.match(/<tr>/g)).toHaveLength(14);
    // The area in which no duration is safe begins behind the last point at which one is.
    expect(page.match(/<rect [^>]*crispEdges/g)?.length).toBeGreaterThan(4);
  });

  it('refuses what no delay of the scenario is, and a plot of another kind, before it prints', () => {
    const refused = (more: Partial<Parameters<typeof plan>[1]>): string =>
      messageOf(() => planned(oneCluster('nodes: 3'), more));
    expect(refused({ sweep: 'mesh=1s..2s' })).toContain('nothing depends on it');
    expect(refused({ sweep: 'nodes=3..9', out: 'x.png' })).toContain('*.svg or *.html');
    expect(refused({ sweep: 'nodes=3..9', out: '/nowhere/x.svg' })).toContain('no such folder');
    expect(refused({ write: '/nowhere/x.yaml' })).toContain('no such folder');
  });

  it('has no points where the procedure itself is unsafe', () => {
    const text = oneCluster('nodes: 3, settings: {enable-ipsec-key-watcher: false}');
    const { text: printed, value } = planned(text, { sweep: 'nodes=3..9' });
    expect(value).toBe(1);
    expect(printed).toBe('');
  });

  it.each([
    'nodes',
    'nodes=5..3',
    'nodes=1..9',
    'nodes=3..70000',
    'secretsync=1s..2s',
    'load=1..2',
  ])('of %s is no range', (sweep) => {
    expect(messageOf(() => planned(oneCluster('nodes: 3'), { sweep }))).toContain('is no range');
  });
});

describe('--report', () => {
  it('writes the plan in the format of its ending', () => {
    const folder = makeFolder();
    const report = join(folder, 'plan.xml');
    const { value } = planned(oneCluster('nodes: 100'), { report });
    expect(value).toBe(0);
    expect(readFileSync(report, 'utf8')).toMatch(/<testsuite .* failures="0"/);
    const slow = oneCluster('nodes: 100', 'delays: {secretSync: "uniform(0s, 300s)"}\n');
    planned(slow, { report });
    expect(readFileSync(report, 'utf8')).toContain(
      '<failure type="violated" message="at least 5m 00.340s, margin -340ms">',
    );
  });

  it('is refused before anything is planned where nothing can be written', () => {
    const refused = (more: Partial<Parameters<typeof plan>[1]>): string =>
      messageOf(() => planned(oneCluster('nodes: 3'), more));
    expect(refused({ report: 'x.pdf' })).toContain('--report x.pdf: its ending names no format');
    expect(refused({ report: '/nowhere/x.md' })).toContain('/nowhere');
    expect(refused({ report: 'x.md', sweep: 'nodes=3..10' })).toContain(
      '--report is for a plan, not for a sweep',
    );
    expect(existsSync('x.md')).toBe(false);
  });
});
