import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Microseconds, millisecond, minute, second } from '../model/time.ts';
import { type CiliumRelease, ciliumReleases } from '../model/release.ts';
import type { Delay, Scenario } from '../sim/index.ts';
import { rehearse } from './rehearse.ts';
import { constant, delayAt, plainDelays, smallScenario } from './test-support/scenario.ts';
import { marginOf } from './test-support/unsafe.ts';

/*
 * The rotation law, held against the packets of runs that were made up.
 *
 * `install` is 0 here, so that the law's two rules about the old key stand alone: a key's states
 * are then in the kernel at the instant of its load, which is before any peer can hear of the key.
 * So the third rule, `receiverReady`, holds in every release, those that announce before they
 * install included, and its margin is never negative.
 *
 * What a pair needs follows from when keys are loaded and heard of, which no rotation duration
 * changes: the streams of the seed are named, and a reclaimer draws from none of them.
 */

const every: Microseconds = second;
const reclaimInterval: Microseconds = second;
/** Nothing is loaded later than this after the write, nor heard of later than half a minute after that. */
const longestSync: Microseconds = 8 * minute;

interface Cluster {
  readonly seed: string;
  readonly release: CiliumRelease;
  readonly secretSync: readonly Delay[];
  readonly latency: Delay;
  readonly rotationDuration: Microseconds;
}

const span = (maximum: Microseconds): fc.Arbitrary<Microseconds> =>
  fc.integer({ min: 0, max: maximum });

const delayUpTo = (maximum: Microseconds): fc.Arbitrary<Delay> =>
  fc.oneof(
    span(maximum).map(constant),
    fc.tuple(span(maximum), span(maximum)).map(([one, other]): Delay => ({
      kind: 'uniform',
      minimum: Math.min(one, other),
      maximum: Math.max(one, other),
    })),
  );

const clusters: fc.Arbitrary<Cluster> = fc.record({
  seed: fc.nat().map(String),
  release: fc.constantFrom(...ciliumReleases),
  secretSync: fc.array(delayUpTo(longestSync), { minLength: 2, maxLength: 4 }),
  latency: delayUpTo(50 * millisecond),
  rotationDuration: span(8 * minute),
});

function scenarioOf(cluster: Cluster, rotationDuration: Microseconds): Scenario {
  return smallScenario({
    seed: cluster.seed,
    nodes: cluster.secretSync.length,
    release: cluster.release,
    rotationDuration,
    every,
    delays: { ...plainDelays, latency: cluster.latency, reclaimInterval },
    delayOverrides: cluster.secretSync.map((delay, index) =>
      delayAt(`n${index + 1}`, 'secretSync', delay),
    ),
    procedure: [
      { kind: 'wait', duration: minute },
      { kind: 'rotate', clusters: ['east'] },
      { kind: 'wait', duration: longestSync + 2 * minute },
    ],
  });
}

/** What a user would set: flags take no fractions of a millisecond, say. */
function nextMillisecond(exact: Microseconds): Microseconds {
  return Math.ceil(exact / millisecond) * millisecond;
}

it('is safe with the rotation duration that it names', () => {
  fc.assert(
    fc.property(clusters, (cluster) => {
      const tried = marginOf(scenarioOf(cluster, cluster.rotationDuration));
      const needed = tried.neededRotationDuration;
      expect(needed).toBeDefined();
      const mended = rehearse(scenarioOf(cluster, nextMillisecond(needed ?? 0)));
      expect(mended.verdict).toMatchObject({
        kind: 'safe',
        margin: { neededRotationDuration: needed },
      });
      const { margin } = mended.verdict as { margin: { smallest: Microseconds } };
      expect(margin.smallest).toBeGreaterThanOrEqual(0);
      expect(margin.smallest).toBeLessThan(millisecond + 50 * millisecond + second);
    }),
    { numRuns: 100 },
  );
});

it('is a negative margin exactly where the rotation duration is shorter than needed', () => {
  fc.assert(
    fc.property(clusters, (cluster) => {
      const { rotationDuration } = cluster;
      const { verdict } = rehearse(scenarioOf(cluster, rotationDuration));
      const { margin } = verdict as { margin: ReturnType<typeof marginOf> };
      const needed = margin.neededRotationDuration ?? 0;
      if (rotationDuration >= needed) {
        expect(verdict.kind).toBe('safe');
        expect(margin.smallest).toBeGreaterThanOrEqual(0);
        return;
      }
      expect(margin.smallest).toBe(rotationDuration - needed);
      expect(margin.rule).not.toBe('receiverReady');
    }),
    { numRuns: 100 },
  );
});

it('is tight: a duration shorter by more than a tick and a probe loses packets', () => {
  fc.assert(
    fc.property(clusters, (cluster) => {
      const { neededRotationDuration: needed = 0 } = marginOf(scenarioOf(cluster, 8 * minute));
      // The old key goes up to a tick late, the next probe comes up to one interval later, and it
      // may be faster than the slowest by all that latency varies.
      const slack = reclaimInterval + every + 50 * millisecond + millisecond;
      fc.pre(needed > slack);
      expect(rehearse(scenarioOf(cluster, needed - slack)).verdict.kind).toBe('unsafe');
    }),
    { numRuns: 50 },
  );
});

it('gives the same verdict to the packets of IPv4 and IPv6', () => {
  const late = [delayAt('n2', 'secretSync', constant(7 * minute))];
  const { verdict } = rehearse(smallScenario({ families: [4, 6], delayOverrides: late }));
  const both = verdict.kind === 'unsafe' ? verdict.firstLoss.loss : undefined;
  expect(both).toMatchObject({ family: 4 });
  const { run } = rehearse(smallScenario({ families: [4, 6], delayOverrides: late }));
  const counts = (family: 4 | 6): readonly number[] =>
    run.losses.filter((loss) => loss.family === family).map(({ count }) => count);
  expect(counts(6)).toEqual(counts(4));
  expect(counts(6).length).toBeGreaterThan(0);
});
