import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assert } from '../../model/assert.ts';
import { ciliumReleases } from '../../model/release.ts';
import { millisecond, minute, second } from '../../model/time.ts';
import type { Delay } from '../delay.ts';
import type { Scenario, TrafficPlan } from '../scenario.ts';
import { simulate } from '../simulate.ts';
import {
  cluster,
  clusterWith,
  type ClusterWanted,
  constant,
  constantDelays,
  everyNode,
  node,
  rotate,
  scenarioWith,
  secretText,
  trafficOf,
  uniform,
  wait,
} from '../test-support/scenario.ts';
import { type FlowCounter, flowCounters, flowsOf, LossIntervals } from './index.ts';

/** `KEYTURN_CASES=10000` for the campaign. */
const cases = Number(process.env['KEYTURN_CASES'] ?? 80);
const timeout = Math.max(60_000, cases * 200);

const upTo = (maximum: number): fc.Arbitrary<Delay> =>
  fc.oneof(
    fc.integer({ min: 0, max: maximum }).map(constant),
    fc
      .tuple(fc.integer({ min: 0, max: maximum }), fc.integer({ min: 0, max: maximum }))
      .map(([one, other]) => uniform(Math.min(one, other), Math.max(one, other))),
  );

/** The order of a node's states is its peers': only where it has one, installing may take time. */
const shapes = fc.oneof(
  fc.record({
    sizes: fc.constantFrom([2], [1, 1]),
    install: fc.integer({ min: 0, max: 3 * second }).map(constant),
  }),
  fc.record({
    sizes: fc.constantFrom([3], [4], [1, 2], [2, 1, 1]),
    install: fc.constant(constant(0)),
  }),
);

const rotations: fc.Arbitrary<Scenario> = shapes.chain(({ sizes, install }) =>
  fc
    .record({
      seed: fc.nat().map(String),
      release: fc.constantFrom(...ciliumReleases),
      routing: fc.constantFrom('native' as const, 'tunnel' as const),
      registry: fc.constantFrom('crd' as const, 'kvstore' as const),
      families: fc.constantFrom<(4 | 6)[]>([4], [4, 6]),
      rotationDuration: fc.integer({ min: 0, max: 2 * minute }),
      secretSync: upTo(3 * minute),
      load: upTo(second),
      publish: upTo(3 * second),
      watch: upTo(5 * second),
      mesh: upTo(5 * second),
      latency: fc.integer({ min: 0, max: second }).map(constant),
      every: fc.integer({ min: 700 * millisecond, max: 20 * second }),
      startsAt: fc.integer({ min: 0, max: second }),
      gap: fc.integer({ min: 0, max: 2 * minute }),
      overrides: fc.array(
        fc.record({
          delay: fc.constantFrom('latency' as const, 'secretSync' as const, 'watch' as const),
          value: fc.integer({ min: 0, max: 4 * second }).map(constant),
          at: fc.constantFrom(everyNode, node('n1'), node('n1', 'west')),
          from: fc.constantFrom(everyNode, node('n2'), cluster('west')),
        }),
        { maxLength: 3 },
      ),
      extra: fc.option(
        fc.record({
          from: fc.constantFrom(everyNode, node('n1')),
          to: fc.constantFrom(everyNode, node('n2'), cluster('west')),
          every: fc.integer({ min: second, max: 20 * second }),
          families: fc.constantFrom<(4 | 6)[]>([4], [6]),
          startsAt: fc.integer({ min: 0, max: minute }),
          stopsAt: fc.option(fc.integer({ min: minute, max: 5 * minute }), { nil: undefined }),
        }),
        { nil: undefined },
      ),
      before: fc.integer({ min: second, max: minute }),
    })
    .map((drawn) => {
      const { seed, release, routing, registry, families, rotationDuration, every } = drawn;
      const names = ['east', 'west', 'north'].slice(0, sizes.length);
      const [first = '', ...others] = names;
      const { secretSync, load, publish, watch, mesh, latency, startsAt } = drawn;
      return scenarioWith({
        seed,
        clusters: names.map((name, index) =>
          clusterWith({
            name,
            id: index + 1,
            nodes: sizes[index] ?? 1,
            release,
            routing,
            registry,
            settings: { families, rotationDuration },
          }),
        ),
        delays: { secretSync, load, install, publish, watch, mesh, latency },
        delayOverrides: drawn.overrides.map((one) =>
          one.delay === 'secretSync' ? { ...one, from: everyNode } : one,
        ),
        traffic: [
          trafficOf({ every, families, startsAt }),
          ...(drawn.extra === undefined ? [] : [inFamilies(drawn.extra, families)]),
        ],
        procedure: [
          wait(drawn.before),
          { kind: 'rotate', clusters: [first] },
          ...others.flatMap((to) => [
            wait(drawn.gap),
            { kind: 'copySecret' as const, from: first, to },
          ]),
          wait(12 * minute + 7),
        ],
      });
    }),
);

/** Probes in a family that the clusters do not have are refused by the loader. */
function inFamilies(plan: TrafficPlan, families: readonly (4 | 6)[]): TrafficPlan {
  return { ...plan, families: plan.families.filter((family) => families.includes(family)) };
}

/** By node and counter, without the zeros. */
function packetCounters(scenario: Scenario) {
  const { nodes, losses } = simulate(scenario);
  const firstLossAt = losses.reduce<number | undefined>(
    (first, { firstAt }) => Math.min(first ?? firstAt, firstAt),
    undefined,
  );
  return { counters: nodes.map((node) => Object.fromEntries(node.counters)), firstLossAt };
}

function flowCountersOf(scenario: Scenario) {
  const flows = flowsOf(scenario);
  assert(flows.ok, flows.ok ? '' : flows.error);
  const { counters, control, firstLossAt } = flows.value;
  const byNode = control.nodes.map((_, node) =>
    Object.fromEntries(
      flowCounters.flatMap((name, index) => {
        const count = counters[index]?.[node] ?? 0;
        return count === 0 ? [] : [[name, count] as const];
      }),
    ),
  );
  return { counters: byNode, firstLossAt };
}

describe('flows', () => {
  it(
    'count what packets count, node by node, and lose the first packet when they do',
    () => {
      const met = new Set<FlowCounter>();
      let safe = 0;
      fc.assert(
        fc.property(rotations, (scenario) => {
          const flows = flowCountersOf(scenario);
          expect(flows).toEqual(packetCounters(scenario));
          for (const counters of flows.counters) {
            for (const name of Object.keys(counters)) met.add(name as FlowCounter);
          }
          if (flows.firstLossAt === undefined) safe += 1;
        }),
        { numRuns: cases },
      );
      expect([...met].sort()).toEqual([...flowCounters].sort());
      expect(safe).toBeGreaterThan(0);
    },
    timeout,
  );

  it('keep intervals in their order, however many there are', () => {
    const intervals = new LossIntervals();
    const count = (1 << 16) + 2;
    for (let index = 0; index < count; index += 1)
      intervals.add(index, index + 1, index % 2 === 0 ? 4 : 6, index % 3, index, 2 * index + 1);
    expect(intervals.size).toBe(count);
    const last = { sender: 65_537, receiver: 65_538, family: 6, from: 65_537, until: 131_075 };
    expect(intervals.at(65_537)).toEqual({ ...last, counter: 'XfrmOutPolBlock' });
    const first = { sender: 0, receiver: 1, family: 4, from: 0, until: 1 };
    expect(intervals.at(0)).toEqual({ ...first, counter: 'XfrmInNoStates' });
    expect(() => intervals.at(count)).toThrow('no interval 65538 of 65538');
  });
});

describe('flows are refused', () => {
  const west = { name: 'west', id: 2 };
  const both = { procedure: [{ kind: 'rotate' as const, clusters: ['east', 'west'] }] };
  const mesh = (wanted: ClusterWanted): Partial<Scenario> => ({
    ...both,
    clusters: [clusterWith(), clusterWith({ ...west, ...wanted })],
  });
  const alone = (wanted: ClusterWanted): Partial<Scenario> => ({
    clusters: [clusterWith(wanted)],
  });
  it.each<[reason: string, wanted: Partial<Scenario>]>([
    ['a cluster gets no new key', { procedure: [wait(minute)] }],
    ['a cluster gets no new key', { ...mesh({}), procedure: [rotate] }],
    ['it writes a secret twice', { procedure: [rotate, wait(minute), rotate] }],
    ['it has the step deleteSecret', { procedure: [{ kind: 'deleteSecret', cluster: 'east' }] }],
    [
      'it has faults',
      { faults: [{ at: 0, fault: { kind: 'reboot', nodes: everyNode, downtime: second } }] },
    ],
    ['its agents are not Cilium', alone({ agent: 'never-reclaims' })],
    ['nothing watches a key file', alone({ settings: { keyWatcher: false } })],
    ['nodes are absent', alone({ absent: ['n3'] })],
    ['a node has several pods', alone({ podsPerNode: 2 })],
    ['the secrets differ', mesh({ secret: secretText(4) })],
    ['the clusters encrypt different packets', mesh({ routing: 'tunnel' })],
    ['the clusters encrypt different packets', mesh({ settings: { families: [6] } })],
    [
      'install is not constant',
      {
        delayOverrides: [
          { delay: 'install', value: uniform(0, 1), at: node('n1'), from: everyNode },
          { delay: 'watch', value: uniform(0, 1), at: node('n1'), from: everyNode },
        ],
      },
    ],
    ['latency is not constant', { delays: { ...constantDelays, latency: uniform(0, 1) } }],
  ])('where %s', (reason, wanted) => {
    const rotating = scenarioWith({ procedure: [rotate, wait(minute)] });
    const flows = flowsOf({ ...rotating, ...wanted });
    expect(flows).toEqual({ ok: false, error: reason });
  });
});
