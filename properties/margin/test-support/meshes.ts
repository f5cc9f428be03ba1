import fc from 'fast-check';
import { type CiliumRelease, ciliumReleases } from '../../../model/release.ts';
import { millisecond, minute, type Microseconds, second } from '../../../model/time.ts';
import {
  type ClusterPlan,
  type Delay,
  type DelayOverride,
  firstNodeNumbers,
  type LocalDelay,
  type NodeSelector,
  planNodes,
  type Scenario,
  type Step,
} from '../../../sim/index.ts';
import { secretText, smallScenario } from '../../test-support/scenario.ts';

/* Clusters and meshes that are made up: all releases, routings and registries, and any delays. */

const span = (maximum: Microseconds): fc.Arbitrary<Microseconds> =>
  fc.integer({ min: 0, max: maximum });

export function delayUpTo(maximum: Microseconds): fc.Arbitrary<Delay> {
  return fc.oneof(
    span(maximum).map((value): Delay => ({ kind: 'constant', value })),
    fc.tuple(span(maximum), span(maximum)).map(([one, other]): Delay => ({
      kind: 'uniform',
      minimum: Math.min(one, other),
      maximum: Math.max(one, other),
    })),
    fc.tuple(span(maximum), span(maximum), span(maximum)).map((values): Delay => {
      const [low = 0, middle = 0, high = 0] = [...values].sort((one, other) => one - other);
      return {
        kind: 'quantiles',
        points: [
          { perMille: 0, value: low },
          { perMille: 500, value: middle },
          { perMille: 1000, value: high },
        ],
      };
    }),
    fc
      .tuple(fc.integer({ min: 1, max: maximum + 1 }), span(maximum))
      .map(([mean, more]): Delay => ({ kind: 'exponential', mean, maximum: mean + more })),
  );
}

const longest: Readonly<Record<LocalDelay, Microseconds>> = {
  secretSync: 4 * minute,
  load: 2 * second,
  install: 20 * millisecond,
  publish: 5 * second,
  watch: 8 * second,
  mesh: 15 * second,
  latency: 200 * millisecond,
};

const anyDelay = (name: LocalDelay): fc.Arbitrary<Delay> =>
  // Instant installs are the rule here: with them the old key goes at the tick itself.
  name === 'install'
    ? fc.oneof(
        { weight: 2, arbitrary: fc.constant<Delay>({ kind: 'constant', value: 0 }) },
        { weight: 1, arbitrary: delayUpTo(longest.install) },
      )
    : delayUpTo(longest[name]);

const localDelays = Object.keys(longest) as LocalDelay[];

interface Shape {
  readonly sizes: readonly number[];
  readonly names: readonly string[];
}

function selectors({ sizes, names }: Shape): fc.Arbitrary<NodeSelector> {
  const clusters = names.map((cluster): NodeSelector => ({ kind: 'cluster', cluster }));
  const nodes = names.flatMap((cluster, index) =>
    Array.from({ length: sizes[index] ?? 0 }, (_, number): NodeSelector => ({
      kind: 'node',
      cluster,
      node: `n${number + 1}`,
    })),
  );
  return fc.constantFrom<NodeSelector>({ kind: 'all' }, ...clusters, ...nodes);
}

function overrides(shape: Shape): fc.Arbitrary<readonly DelayOverride[]> {
  const one = fc.constantFrom(...localDelays).chain((delay) =>
    fc.record({
      delay: fc.constant(delay),
      value: anyDelay(delay),
      at: selectors(shape),
      from:
        delay === 'watch' || delay === 'latency'
          ? selectors(shape)
          : fc.constant<NodeSelector>({ kind: 'all' }),
    }),
  );
  return fc.array(one, { maxLength: 5 });
}

/** In tunnel mode the releases encrypt different packets, so that a mesh has one release only. */
function clusters(shape: Shape): fc.Arbitrary<readonly ClusterPlan[]> {
  return fc.oneof(
    clustersOf(shape, 'native', fc.constantFrom(...ciliumReleases)),
    fc
      .constantFrom(...ciliumReleases)
      .chain((release) => clustersOf(shape, 'tunnel', fc.constant(release))),
  );
}

function clustersOf(
  shape: Shape,
  routing: 'native' | 'tunnel',
  release: fc.Arbitrary<CiliumRelease>,
): fc.Arbitrary<readonly ClusterPlan[]> {
  const firsts = firstNodeNumbers(shape.sizes.map((count, index) => ({ id: index + 1, count })));
  return fc.tuple(
    ...shape.names.map((name, index) =>
      fc
        .record({
          release,
          routing: fc.constant(routing),
          registry: fc.constantFrom('crd' as const, 'kvstore' as const),
        })
        .map((drawn): ClusterPlan => ({
          ...drawn,
          name,
          id: index + 1,
          agent: undefined,
          kernel: '6.1',
          settings: { rotationDuration: 5 * minute, keyWatcher: true, families: [4] },
          secret: secretText(3),
          nodes: planNodes({
            firstNumber: firsts[index] ?? 1,
            count: shape.sizes[index] ?? 0,
            families: [4],
            namePrefix: 'n',
          }),
          podsPerNode: 1,
        })),
    ),
  );
}

/** The first cluster rotates; the others get a copy of its secret, one after another. */
function procedure({ names }: Shape): fc.Arbitrary<readonly Step[]> {
  const [first = '', ...others] = names;
  return fc.array(span(3 * minute), { minLength: 2, maxLength: 2 }).map((waits) => [
    { kind: 'rotate', clusters: [first] },
    ...others.flatMap((to, index): readonly Step[] => [
      { kind: 'wait', duration: waits[index] ?? 0 },
      { kind: 'copySecret', from: first, to },
    ]),
  ]);
}

const shapes: fc.Arbitrary<Shape> = fc
  .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })
  .filter((sizes) => sizes.reduce((sum, size) => sum + size, 0) > 1)
  .map((sizes) => ({ sizes, names: ['east', 'west', 'north'].slice(0, sizes.length) }));

/** One rotation of a cluster or a mesh, without traffic and without a wait before or after it. */
export const meshes: fc.Arbitrary<Scenario> = shapes.chain((shape) =>
  fc
    .record({
      seed: fc.nat().map(String),
      clusters: clusters(shape),
      delays: fc.record(
        Object.fromEntries(localDelays.map((name) => [name, anyDelay(name)])) as Record<
          LocalDelay,
          fc.Arbitrary<Delay>
        >,
      ),
      delayOverrides: overrides(shape),
      procedure: procedure(shape),
    })
    .map(({ delays, ...drawn }): Scenario => ({
      ...smallScenario({ limits: { events: 10_000_000, time: 6000 * minute } }),
      ...drawn,
      delays: { ...delays, reclaimInterval: minute },
      traffic: [],
    })),
);
