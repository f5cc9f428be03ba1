import { assert, defined } from '../../model/assert.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Delay, QuantilePoint } from '../../sim/index.ts';

/** Fewer observations say nothing of the slow end, which is what a rotation waits for. */
export const fewestObservations = 20;

const wanted: readonly number[] = [0, 250, 500, 750, 900, 990, 1000];

/**
 * The distribution of at least {@link fewestObservations} observed times: their quantiles by nearest
 * rank, so that each point is a time that was seen, the first the shortest and the last the longest.
 */
export function fitDelay(observed: readonly Microseconds[]): Delay {
  assert(observed.length >= fewestObservations, 'enough observations');
  const sorted = observed.toSorted((a, b) => a - b);
  const [shortest, longest] = [defined(sorted[0], 'one'), defined(sorted.at(-1), 'one')];
  if (shortest === longest) return { kind: 'constant', value: longest };
  const points: readonly QuantilePoint[] = wanted.map((perMille) => {
    const rank = Math.max(1, Math.ceil((perMille * sorted.length) / 1000));
    return { perMille, value: defined(sorted[rank - 1], 'an observation of this rank') };
  });
  return { kind: 'quantiles', points };
}
