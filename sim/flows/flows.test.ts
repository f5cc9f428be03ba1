import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assert } from '../../model/assert.ts';
import { ciliumReleases } from '../../model/release.ts';
import { millisecond, minute, second } from '../../model/time.ts';
import type { Delay } from '../delay.ts';
import type { Scenario } from '../scenario.ts';
import { simulate } from '../simulate.ts';
import { clusterWith, constant, scenarioWith, uniform, wait } from '../test-support/scenario.ts';
import { type FlowCounter, flowCounters, flowsOf } from './index.ts';

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
        traffic: [
          {
            from: { kind: 'all' },
            to: { kind: 'all' },
            every,
            families,
            startsAt,
            stopsAt: undefined,
          },
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

  it('are refused where more happens than a rotation', () => {
    const { ok } = flowsOf(scenarioWith({ procedure: [wait(minute)] }));
    expect(ok).toBe(false);
  });
});
