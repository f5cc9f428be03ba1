import type { Microseconds } from '../../model/time.ts';
import type { Fault } from './fault.ts';
import type { Findings } from './findings.ts';
import { addHistograms, type Histogram } from './histogram.ts';
import type { MetricSelector } from './metric-selector.ts';

/** The buckets of one series, as they come: cumulative counts at rising bounds. */
export interface Buckets {
  readonly bounds: number[];
  readonly cumulative: number[];
}

/** More than any histogram has: a bound on the memory. */
const mostBuckets = 1000;

/** Adds the next bucket, at the bound as it is written: `0.25`, `+Inf`. */
export function addBucket(buckets: Buckets, le: string, count: number): Fault | undefined {
  const bound = numberOf(le);
  if (bound === undefined) return { message: `le="${le}" is not a number`, expected: 'a bound' };
  if (!(count >= 0 && count < Infinity)) {
    return { message: `${count} observations`, expected: 'a count, zero or more' };
  }
  const [last = -Infinity, before = 0] = [buckets.bounds.at(-1), buckets.cumulative.at(-1)];
  if (bound <= last) {
    return {
      message: `the buckets are not sorted: le="${le}" comes after le="${textOf(last)}"`,
      expected: 'bounds that rise from bucket to bucket, each once in a series',
    };
  }
  if (count < before) {
    return {
      message: `the counts fall: ${before} at le="${textOf(last)}", ${count} at le="${le}"`,
      expected: 'cumulative counts, which never fall from bucket to bucket',
    };
  }
  if (bound < 0 && count > 0) {
    return {
      message: `there are observations below ${le}: negative times`,
      expected: 'times of zero or more',
    };
  }
  if (buckets.bounds.length >= mostBuckets) {
    return {
      message: 'there are too many buckets',
      expected: `at most ${mostBuckets} in a series`,
    };
  }
  buckets.bounds.push(bound);
  buckets.cumulative.push(count);
  return undefined;
}

/** Reads a number as Prometheus writes it, in Go's notation. */
export function numberOf(text: string): number | undefined {
  if (/^\+?Inf$/i.test(text)) return Infinity;
  if (/^-Inf$/i.test(text)) return -Infinity;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

function textOf(bound: number): string {
  return bound === Infinity ? '+Inf' : String(bound);
}

/** Adds a series that is whole to the histogram of its delay. */
export function addSeries(
  findings: Findings,
  series: { readonly selector: MetricSelector; readonly unit: string | undefined },
  buckets: Buckets,
): Fault | undefined {
  const { selector } = series;
  if (buckets.bounds.at(-1) !== Infinity) {
    return {
      message: `a series of ${selector.name} has no bucket le="+Inf"`,
      expected: 'the last bucket of a series is le="+Inf"',
      hint: 'was the file cut off?',
    };
  }
  const unit = unitOf(selector.name, series.unit);
  if (typeof unit !== 'number') return unit;
  const histogram = histogramOf(buckets, unit);
  const known = findings.histograms.get(selector.delay);
  const sum = known === undefined ? histogram : addHistograms(known, histogram);
  if ('message' in sum) return sum;
  findings.histograms.set(selector.delay, sum);
  return undefined;
}

/** Not cumulative any more, in microseconds, without the bounds below zero, where nothing is. */
function histogramOf({ bounds, cumulative }: Buckets, unit: Microseconds): Histogram {
  const counts = cumulative.map((count, index) => count - (cumulative[index - 1] ?? 0));
  const kept = bounds.findIndex((bound) => bound >= 0);
  return {
    bounds: bounds.slice(kept, -1).map((bound) => Math.round(bound * unit)),
    counts: counts.slice(kept),
  };
}

const units: ReadonlyMap<string, Microseconds> = new Map([
  ['seconds', 1_000_000],
  ['milliseconds', 1_000],
  ['ms', 1_000],
  ['microseconds', 1],
  ['us', 1],
]);

/** By the name's last word, as Prometheus and OpenMetrics want it; `# UNIT` must not say another. */
function unitOf(name: string, declared: string | undefined): Microseconds | Fault {
  const word = name.slice(name.lastIndexOf('_') + 1);
  const unit = units.get(declared ?? word);
  if (unit === undefined) {
    return {
      message: `the unit of ${name} is not known`,
      expected: `a name that ends in one of: ${[...units.keys()].map((known) => `_${known}`).join(', ')}`,
    };
  }
  if (units.has(word) && units.get(word) !== unit) {
    return {
      message: `mixed units: # UNIT says ${declared ?? ''}, the name ${name} says ${word}`,
      expected: 'one unit',
    };
  }
  return unit;
}
