import { type Microseconds } from '../model/time.ts';

/**
 * How long something takes: a constant, or a distribution to draw from. `exponential` is cut at
 * its maximum; `quantiles` interpolates linearly between its points.
 */
export type Delay =
  | { readonly kind: 'constant'; readonly value: Microseconds }
  | { readonly kind: 'uniform'; readonly minimum: Microseconds; readonly maximum: Microseconds }
  | { readonly kind: 'exponential'; readonly mean: Microseconds; readonly maximum: Microseconds }
  | { readonly kind: 'quantiles'; readonly points: readonly QuantilePoint[] };

/** At most `perMille` of 1,000 draws are at or below `value`. The first point is at 0, the last at 1,000. */
export interface QuantilePoint {
  readonly perMille: number;
  readonly value: Microseconds;
}
