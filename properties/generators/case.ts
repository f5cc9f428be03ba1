import fc from 'fast-check';
import type { CiliumRelease } from '../../model/release.ts';
import { millisecond, minute, type Microseconds, second } from '../../model/time.ts';
import type { Delay, RegistryKind, Routing } from '../../sim/index.ts';

/** One generated case, as plain data, so that a seed and a path repeat it and it shrinks well. */
export interface Case {
  readonly seed: number;
  readonly release: CiliumRelease;
  readonly routing: Routing;
  readonly registry: RegistryKind;
  readonly clusters: 1 | 2;
  /** In the first cluster; a second one has two. */
  readonly nodes: number;
  readonly dualStack: boolean;
  /** The key ID before the run: 15 makes the rotation go to 1. */
  readonly keyId: number;
  readonly delays: CaseDelays;
  /** By node of the first cluster: a secretSync of its own, or 0 for the common one. */
  readonly lateNode: { readonly node: number; readonly secretSync: Microseconds } | undefined;
  readonly rotations: number;
  /** Each key but the first is written while the one before still spreads, which the documented procedure forbids. */
  readonly isHasty: boolean;
  /** What is written in place of a proper key before the rotation, if anything. */
  readonly badSecret: BadSecret | undefined;
  readonly side: Side;
  readonly faults: readonly CaseFault[];
}

export interface CaseDelays {
  readonly secretSync: Delay;
  readonly install: Microseconds;
  readonly publish: Microseconds;
  readonly watch: Delay;
  readonly mesh: Microseconds;
  readonly latency: Microseconds;
}

export const badSecrets = [
  'keyIdZero',
  'keyIdSixteen',
  'badHex',
  'badAlgorithm',
  'sameKeyId',
] as const;
export type BadSecret = (typeof badSecrets)[number];

/** Where the rotation duration lies: above the propagation bound, just below it, or far below. */
export type Side =
  | { readonly kind: 'above'; readonly by: Microseconds }
  | { readonly kind: 'justBelow'; readonly by: Microseconds }
  | { readonly kind: 'farBelow'; readonly perMille: number };

/**
 * The kinds of fault; a case's seed also draws which of them may happen in it. `visit`: a node joins
 * and leaves. `readdress` and `shortenBootId`: a node of the other cluster publishes another router
 * IP, or a boot ID that is too short to make keys of.
 */
export const faultKinds = [
  'pauseAgent',
  'slowNode',
  'cutSecret',
  'cutWatch',
  'cutPublish',
  'slowWatch',
  'cutNetwork',
  'restartAgent',
  'crashAgent',
  'reboot',
  'leave',
  'join',
  'replace',
  'visit',
  'readdress',
  'shortenBootId',
  'deletePods',
  'memoryPressure',
  'failOperation',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface CaseFault {
  readonly kind: FaultKind;
  /** Which node, counted round. */
  readonly node: number;
  readonly at: Microseconds;
  readonly duration: Microseconds;
  /** It happens while the fault before it lasts, rather than at an instant of its own. */
  readonly isMeanwhile: boolean;
}

/** Which cases a campaign makes. */
export interface CaseRange {
  readonly releases: readonly CiliumRelease[];
}

const span = (maximum: Microseconds): fc.Arbitrary<Microseconds> =>
  fc.integer({ min: 0, max: maximum });

/** Whole milliseconds, so that a gap which a case is shrunk to is wide enough for a probe. */
const delay = (maximum: Microseconds): fc.Arbitrary<Microseconds> =>
  span(maximum / millisecond).map((count) => count * millisecond);

const delayUpTo = (maximum: Microseconds): fc.Arbitrary<Delay> =>
  fc.oneof(
    { withCrossShrink: true },
    delay(maximum).map((value): Delay => ({ kind: 'constant', value })),
    fc.tuple(delay(maximum), delay(maximum)).map(([one, other]): Delay => ({
      kind: 'uniform',
      minimum: Math.min(one, other),
      maximum: Math.max(one, other),
    })),
  );

const delays: fc.Arbitrary<CaseDelays> = fc.record({
  secretSync: delayUpTo(90 * second),
  install: fc.oneof(
    { withCrossShrink: true },
    fc.constant(0),
    delay(20 * millisecond),
    delay(300 * millisecond),
  ),
  publish: delay(2 * second),
  watch: delayUpTo(2 * second),
  mesh: delay(5 * second),
  latency: delay(200 * millisecond),
});

const sides: fc.Arbitrary<Side> = fc.oneof(
  { withCrossShrink: true },
  { weight: 4, arbitrary: span(minute).map((by): Side => ({ kind: 'above', by })) },
  { weight: 2, arbitrary: span(second).map((by): Side => ({ kind: 'above', by })) },
  { weight: 1, arbitrary: span(20 * second).map((by): Side => ({ kind: 'justBelow', by })) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 0, max: 700 })
      .map((perMille): Side => ({ kind: 'farBelow', perMille })),
  },
);

function faultOf(
  kinds: readonly FaultKind[],
  isMeanwhile: fc.Arbitrary<boolean> = fc.boolean(),
): fc.Arbitrary<CaseFault> {
  return fc.record({
    kind: fc.constantFrom(...kinds),
    node: fc.nat({ max: 5 }),
    at: span(4 * minute),
    duration: fc.integer({ min: second, max: minute }),
    isMeanwhile,
  });
}

/** What is bad only while something else lasts: news that an agent, or its link, is too late for. */
const coincidences: readonly (readonly [lasting: FaultKind, news: FaultKind])[] = [
  ['restartAgent', 'leave'],
  ['crashAgent', 'leave'],
  ['restartAgent', 'replace'],
  ['cutWatch', 'visit'],
  ['cutWatch', 'readdress'],
];

/** Swarm: a mix of fault kinds first, then faults of these kinds alone. */
const faults: fc.Arbitrary<readonly CaseFault[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 2, arbitrary: fc.constant<readonly CaseFault[]>([]) },
  {
    weight: 4,
    arbitrary: fc
      .subarray([...faultKinds], { minLength: 1, maxLength: 3 })
      .chain((mix) => fc.array(faultOf(mix), { maxLength: 4 })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...coincidences)
      .chain(([lasting, news]) => fc.tuple(faultOf([lasting]), faultOf([news], fc.constant(true)))),
  },
);

/** Any case of a range. What only a node of another cluster does has one. */
export function anyCase(range: CaseRange): fc.Arbitrary<Case> {
  return anyParts(range).map((made) =>
    made.faults.some(({ kind }) => isOfMesh(kind)) ? { ...made, clusters: 2 } : made,
  );
}

function isOfMesh(kind: FaultKind): boolean {
  return kind === 'readdress' || kind === 'shortenBootId';
}

function anyParts({ releases }: CaseRange): fc.Arbitrary<Case> {
  return fc.record({
    seed: fc.nat(),
    release: fc.constantFrom(...releases),
    routing: fc.constantFrom('native' as const, 'tunnel' as const),
    registry: fc.constantFrom('crd' as const, 'kvstore' as const),
    clusters: fc.oneof(
      { withCrossShrink: true },
      { weight: 4, arbitrary: fc.constant(1 as const) },
      { weight: 1, arbitrary: fc.constant(2 as const) },
    ),
    nodes: fc.integer({ min: 2, max: 6 }),
    dualStack: fc.boolean(),
    keyId: fc.oneof(
      { withCrossShrink: true },
      fc.constant(3),
      fc.constantFrom(14, 15),
      fc.integer({ min: 1, max: 15 }),
    ),
    delays,
    lateNode: fc.option(fc.record({ node: fc.nat({ max: 5 }), secretSync: span(3 * minute) }), {
      nil: undefined,
    }),
    rotations: fc.oneof(
      { withCrossShrink: true },
      { weight: 9, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.constantFrom(0, 2) },
    ),
    isHasty: fc.boolean(),
    badSecret: fc.oneof(
      { withCrossShrink: true },
      { weight: 7, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(...badSecrets) },
    ),
    side: sides,
    faults,
  });
}
