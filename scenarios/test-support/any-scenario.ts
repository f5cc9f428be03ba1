import fc from 'fast-check';
import { agentNames } from '../../agents/index.ts';
import { ciliumReleases } from '../../model/release.ts';
import { minute, type Microseconds } from '../../model/time.ts';
import { kernelNames } from '../../model/xfrm/index.ts';
import {
  type AgentSettings,
  type ClusterPlan,
  type Condition,
  type Delay,
  type Fault,
  type Link,
  type Lesson,
  type LocalDelay,
  type NodeSelector,
  planNodes,
  type Scenario,
  type Source,
  type Step,
} from '../../sim/index.ts';

/*
 * Any scenario that a file can say, of two clusters east and west with three nodes each: every kind
 * of step, fault, link, condition and delay. Most of them mean nothing; all can be written and read.
 */

const span = (maximum: Microseconds = 30 * minute): fc.Arbitrary<Microseconds> =>
  fc.integer({ min: 0, max: maximum });
const period = fc.integer({ min: 1, max: 30 * minute });
const cluster = fc.constantFrom('east', 'west');
const nodeName = fc.constantFrom('n1', 'n2', 'n3');
const lineOfText = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' });

const selector: fc.Arbitrary<NodeSelector> = fc.oneof(
  fc.constant({ kind: 'all' as const }),
  cluster.map((name) => ({ kind: 'cluster' as const, cluster: name })),
  fc.tuple(cluster, nodeName).map(([name, node]) => ({
    kind: 'node' as const,
    cluster: name,
    node,
  })),
);

const delay: fc.Arbitrary<Delay> = fc.oneof(
  span().map((value) => ({ kind: 'constant' as const, value })),
  fc.tuple(span(), span()).map(([minimum, more]) => ({
    kind: 'uniform' as const,
    minimum,
    maximum: minimum + more,
  })),
  fc.tuple(period, span()).map(([mean, more]) => ({
    kind: 'exponential' as const,
    mean,
    maximum: mean + more,
  })),
  fc.tuple(fc.integer({ min: 1, max: 999 }), span(), span(), span()).map(([at, a, b, c]) => ({
    kind: 'quantiles' as const,
    points: [
      { perMille: 0, value: a },
      { perMille: at, value: a + b },
      { perMille: 1000, value: a + b + c },
    ],
  })),
);

const families = fc.constantFrom<AgentSettings['families']>([4], [4, 6]);

const settings: fc.Arbitrary<AgentSettings> = fc.record({
  rotationDuration: span(),
  keyWatcher: fc.boolean(),
  families,
});

function clusterPlan(name: string, id: number): fc.Arbitrary<ClusterPlan> {
  return fc
    .record({
      release: fc.constantFrom(...ciliumReleases),
      agent: fc.constantFrom(undefined, ...agentNames),
      kernel: fc.constantFrom(...kernelNames),
      routing: fc.constantFrom('native' as const, 'tunnel' as const),
      registry: fc.constantFrom('crd' as const, 'kvstore' as const),
      settings,
      secret: lineOfText,
      podsPerNode: fc.integer({ min: 1, max: 3 }),
      absent: fc.subarray(['n2', 'n3']),
    })
    .map(({ absent, ...plan }) => {
      const made = planNodes({
        firstNumber: id * 256 + 1,
        count: 3,
        families: plan.settings.families,
        namePrefix: 'n',
      });
      const nodes = made.map((node) => ({ ...node, present: !absent.includes(node.name) }));
      return { name, id, ...plan, nodes };
    });
}

const link: fc.Arbitrary<Link> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('secret' as const, 'publish' as const, 'watch' as const),
    nodes: selector,
  }),
  fc.record({ kind: fc.constant('mesh' as const), from: cluster, to: cluster }),
  fc.record({ kind: fc.constant('network' as const), from: selector, to: selector }),
);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('reboot' as const, 'restartAgent' as const, 'crashAgent' as const),
    nodes: selector,
    downtime: span(),
  }),
  fc.record({ kind: fc.constant('pauseAgent' as const), nodes: selector, duration: period }),
  fc.record({
    kind: fc.constant('slowNode' as const),
    nodes: selector,
    factor: fc.integer({ min: 2, max: 1000 }),
    duration: period,
  }),
  fc.record({ kind: fc.constant('partition' as const), link, duration: period }),
  fc.record({ kind: fc.constant('delayLink' as const), link, extra: period, duration: period }),
  fc.record({ kind: fc.constantFrom('join' as const, 'leave' as const), nodes: selector }),
  cluster.map((name) => ({
    kind: 'replace' as const,
    nodes: { kind: 'node' as const, cluster: name, node: 'n1' },
    by: 'n3',
  })),
  fc.record({
    kind: fc.constant('deletePods' as const),
    nodes: selector,
    duration: period,
    routeRacePerMille: fc.integer({ min: 0, max: 1000 }),
  }),
  fc.record({
    kind: fc.constant('memoryPressure' as const),
    nodes: selector,
    duration: period,
    dropPerMille: fc.integer({ min: 1, max: 1000 }),
  }),
  fc.record({
    kind: fc.constant('asyncCrypto' as const),
    nodes: selector,
    duration: period,
    latency: period,
  }),
  fc.record({
    kind: fc.constant('setSequenceNumber' as const),
    nodes: selector,
    number: fc.integer({ min: 0, max: 0xffff_ffff }),
  }),
  fc.record({
    kind: fc.constantFrom('deleteXfrmStates' as const),
    nodes: selector,
    direction: fc.constantFrom('in' as const, 'out' as const),
  }),
  fc.record({
    kind: fc.constantFrom('deleteXfrmPolicies' as const),
    nodes: selector,
    direction: fc.constantFrom('in' as const, 'fwd' as const, 'out' as const),
  }),
  fc.record({
    kind: fc.constantFrom('addXfrmPolicy' as const),
    nodes: selector,
    direction: fc.constantFrom('in' as const, 'fwd' as const),
    action: fc.constantFrom('allow' as const, 'block' as const),
  }),
  fc.record({
    kind: fc.constant('failOperation' as const),
    nodes: selector,
    operation: fc.constantFrom('xfrmStateAdd' as const, 'publish' as const),
    errno: fc.constantFrom('ENOMEM' as const, 'EINVAL' as const),
    times: fc.integer({ min: 1, max: 9 }),
  }),
);

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    kind: fc.constant('keyLoaded' as const),
    nodes: selector,
    keyId: fc.integer({ min: 1, max: 15 }),
  }),
  fc.record({
    kind: fc.constant('keysInUse' as const),
    nodes: selector,
    count: fc.nat({ max: 99 }),
  }),
  fc.record({ kind: fc.constant('settled' as const), nodes: selector }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), duration: span() }),
  fc.record({ kind: fc.constant('waitUntil' as const), condition, timeout: period }),
  fc.record({
    kind: fc.constant('rotate' as const),
    clusters: fc.constantFrom(['east'], ['west'], ['east', 'west']),
  }),
  fc.record({ kind: fc.constant('writeSecret' as const), cluster, text: lineOfText }),
  fc.record({
    kind: fc.constant('copySecret' as const),
    from: fc.constant('east'),
    to: fc.constant('west'),
  }),
  fc.record({ kind: fc.constant('deleteSecret' as const), cluster }),
  fc.record({
    kind: fc.constant('configure' as const),
    cluster,
    settings: fc.record(
      { rotationDuration: span(), keyWatcher: fc.boolean(), families },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    kind: fc.constant('upgrade' as const),
    nodes: selector,
    release: fc.constantFrom(...ciliumReleases),
    downtime: span(),
    interval: span(),
  }),
  fc.record({ kind: fc.constant('probe' as const), every: period, duration: period }),
  fault.map((one) => ({ kind: 'act' as const, fault: one })),
);

const localDelays: readonly LocalDelay[] = ['secretSync', 'load', 'install', 'publish'];
const linkDelays: readonly LocalDelay[] = ['watch', 'mesh', 'latency'];
const all: NodeSelector = { kind: 'all' };

/** Prose as it is read: its words a space apart. */
const prose = fc.constantFrom('Much is lost.', 'See `XfrmInNoStates`: it grows.', '- no list');

const source: fc.Arbitrary<Source> = fc.constantFrom<Source>(
  { kind: 'page', section: 'Troubleshooting' },
  { kind: 'issue', issue: 'cilium/cilium#44335' },
  { kind: 'code', place: 'Linux 6.1 net/xfrm/xfrm_input.c, xfrm_input' },
  { kind: 'observed', what: 'Linux 6.1.192: a packet for no route' },
  { kind: 'url', url: 'https://docs.cilium.io/' },
);

const sources = fc.array(source, { minLength: 1, maxLength: 2 });

const lesson: fc.Arbitrary<Lesson> = fc.record({
  sees: fc.array(prose, { maxLength: 2 }),
  why: fc.array(prose, { maxLength: 2 }),
  telltale: fc.oneof(fc.constant(''), prose),
  remedy: prose,
  sources: fc.oneof(fc.constant([]), sources),
  disagreement: fc.option(
    fc.record({ says: prose, section: fc.constant('Key Rotation'), happens: prose, sources }),
    { nil: undefined },
  ),
});

const counters = fc.constantFrom({}, { all: {}, 'east/n1': {}, 'west/n2': { XfrmInNoStates: 3 } });

const observations = {
  counters,
  uncounted: fc.constantFrom({}, { west: { plaintext: 3 } }),
  keysInUse: fc.array(fc.record({ at: span(), nodes: selector, count: fc.nat() }), {
    maxLength: 2,
  }),
  maxSequenceNumber: fc.array(fc.record({ at: span(), nodes: selector, value: fc.nat() }), {
    maxLength: 2,
  }),
  logs: fc.array(fc.record({ nodes: selector, message: lineOfText, count: fc.nat() }), {
    maxLength: 2,
  }),
  recordWrites: fc.array(fc.record({ nodes: selector, busiestSecond: fc.nat() }), {
    maxLength: 2,
  }),
};

export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  title: lineOfText,
  lesson,
  seed: lineOfText,
  clusters: fc.tuple(clusterPlan('east', 1), clusterPlan('west', 2)),
  delays: fc.record({
    secretSync: delay,
    load: delay,
    install: delay,
    publish: delay,
    watch: delay,
    mesh: delay,
    latency: delay,
    reclaimInterval: period,
  }),
  delayOverrides: fc.array(
    fc.oneof(
      fc.record({
        delay: fc.constantFrom(...localDelays),
        value: delay,
        at: selector,
        from: fc.constant(all),
      }),
      fc.record({
        delay: fc.constantFrom(...linkDelays),
        value: delay,
        at: selector,
        from: selector,
      }),
    ),
    { maxLength: 3 },
  ),
  traffic: fc.array(
    fc.record({
      from: selector,
      to: selector,
      every: period,
      families: fc.constant([4] as const),
      startsAt: fc.constant(0),
      stopsAt: fc.option(period, { nil: undefined }),
    }),
    { maxLength: 2 },
  ),
  procedure: fc.array(step, { maxLength: 8 }),
  faults: fc.array(fc.record({ at: span(), fault }), { maxLength: 8 }),
  limits: fc.record({
    events: fc.integer({ min: 1, max: 1e9 }),
    time: fc.integer({ min: 31 * minute, max: 1000 * minute }),
  }),
  expect: fc.record({
    verdict: fc.constantFrom('safe' as const, 'unsafe' as const, undefined),
    causes: fc.array(lineOfText, { maxLength: 2 }),
    ...observations,
  }),
  remedy: fc.option(
    fc.record({
      procedure: fc.array(step, { minLength: 1, maxLength: 3 }),
      expect: fc.record({
        verdict: fc.constant(undefined),
        causes: fc.constant([]),
        ...observations,
      }),
    }),
    { nil: undefined },
  ),
});
