import type { Microseconds } from '../../model/time.ts';
import { type Delay, quantileOf } from '../../sim/index.ts';

/**
 * How bad luck is taken to be. At 1,000 whatever is late takes the longest that its delay can take,
 * and whatever is early the shortest; at 990 the 99th and the 1st percentile; at 500 both take the
 * median.
 */
export class Level {
  readonly perMille: number;
  readonly #late = new Map<Delay, Microseconds>();
  readonly #early = new Map<Delay, Microseconds>();

  constructor(perMille: number) {
    this.perMille = perMille;
  }

  late(delay: Delay): Microseconds {
    return remembered(this.#late, delay, this.perMille);
  }

  early(delay: Delay): Microseconds {
    return remembered(this.#early, delay, 1000 - this.perMille);
  }
}

function remembered(known: Map<Delay, Microseconds>, delay: Delay, perMille: number): Microseconds {
  const found = known.get(delay);
  if (found !== undefined) return found;
  const value = quantileOf(delay, perMille);
  known.set(delay, value);
  return value;
}

/** Nothing is left to luck: the bounds of every delay. */
export const worstLuck = 1000;
