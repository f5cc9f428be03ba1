import { assert, defined } from '../../model/assert.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Delay, QuantilePoint } from '../../sim/index.ts';
import type { Fault } from './fault.ts';

/**
 * Observations by bucket. The bounds rise; each count is of its own bucket, not cumulative. There is
 * one count more than there are bounds: the last is of what lies above them all.
 */
export interface Histogram {
  readonly bounds: readonly Microseconds[];
  readonly counts: readonly number[];
}

export function observationsIn({ counts }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Two histograms with the same bounds as one. Fails where their bounds differ. */
export function addHistograms(one: Histogram, other: Histogram): Histogram | Fault {
  const same =
    one.bounds.length === other.bounds.length &&
    one.bounds.every((bound, index) => bound === other.bounds[index]);
  if (!same) {
    return {
      message: 'the buckets are not those of the series before it',
      expected: 'the same bounds in all series of a metric',
      hint: 'choose series that are alike with --metric DELAY=NAME{LABEL="VALUE"}',
    };
  }
  const counts = one.counts.map((count, index) => count + defined(other.counts[index], 'a count'));
  return { bounds: one.bounds, counts };
}

/**
 * The distribution of a histogram with observations: within a bucket uniform, as Prometheus's
 * histogram_quantile has it, rounded to the per mille that scenarios have, but with no observation
 * below the first bucket that has any, or above the last. `longest`: the end of the open bucket.
 */
export function fitHistogram(histogram: Histogram, longest: Microseconds | undefined): Delay {
  const { bounds, counts } = histogram;
  const total = observationsIn(histogram);
  const ends = [...bounds, defined(longest ?? bounds.at(-1), 'a bound')];
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  assert(first >= 0, 'observations');
  const points: QuantilePoint[] = [
    { perMille: 0, value: first === 0 ? 0 : (ends[first - 1] ?? 0) },
  ];
  let cumulative = 0;
  for (let index = first; index <= last; index++) {
    cumulative += counts[index] ?? 0;
    const rounded = Math.round((cumulative * 1000) / total);
    const perMille = index === last ? 1000 : Math.min(999, Math.max(1, rounded));
    if (points.at(-1)?.perMille === perMille) points.pop();
    points.push({ perMille, value: defined(ends[index], 'the end of a bucket') });
  }
  const [least, most] = [points[0]?.value, points.at(-1)?.value];
  return least === most && most !== undefined
    ? { kind: 'constant', value: most }
    : { kind: 'quantiles', points };
}
