import type { Microseconds } from '../../model/time.ts';

/** Observations by bucket. The bounds rise; each count is of its own bucket, not cumulative. */
export interface Histogram {
  readonly bounds: readonly Microseconds[];
  /** One more than there are bounds: the last is of what lies above them all. */
  readonly counts: readonly number[];
}
