import type { StateActivity } from '../activity.ts';
import type { ReplayVerdict } from './replay-verdict.ts';
import { hasBit, setBit, slide } from './ring.ts';

/**
 * The high half of a received number, inferred from the window as RFC 4304 describes: a number
 * below the window belongs to the next 2^32 numbers; while the window straddles a wrap, a number at
 * or above its lower end belongs to the previous ones.
 * Source: Linux 6.1, net/xfrm/xfrm_replay.c, xfrm_replay_seqhi.
 */
export function inferHigh(activity: StateActivity, window: number, sequence: number): number {
  const bottom = (activity.topLow - window + 1) >>> 0;
  if (!straddles(activity, window)) {
    return sequence < bottom ? (activity.topHigh + 1) >>> 0 : activity.topHigh;
  }
  return sequence >= bottom ? (activity.topHigh - 1) >>> 0 : activity.topHigh;
}

/**
 * A number outside the window always passes, because it is taken for a newer one: one that is
 * too old is only found out by its ICV.
 * Source: Linux 6.1, net/xfrm/xfrm_replay.c, xfrm_replay_check_esn.
 */
export function checkEsn(activity: StateActivity, window: number, sequence: number): ReplayVerdict {
  if (window === 0) return 'fresh';
  const straddling = straddles(activity, window);
  if (sequence === 0 && activity.topHigh === 0 && straddling) return 'zero';
  const top = activity.topLow;
  const bottom = (top - window + 1) >>> 0;
  const inside = straddling
    ? sequence <= top || sequence >= bottom
    : sequence <= top && sequence >= bottom;
  return inside && hasBit(activity, window, (top - sequence) >>> 0) ? 'replayed' : 'fresh';
}

/** Source: Linux 6.1, net/xfrm/xfrm_replay.c, xfrm_replay_advance_esn. */
export function advanceEsn(activity: StateActivity, window: number, sequence: number): void {
  if (window === 0) return;
  const top = activity.topLow;
  const wraps = (inferHigh(activity, window, sequence) - activity.topHigh) | 0;
  if (wraps > 0 || (wraps === 0 && sequence > top)) {
    slide(activity, window, sequence, (sequence - top) >>> 0);
    if (wraps > 0) activity.topHigh = (activity.topHigh + 1) >>> 0;
  } else {
    setBit(activity, window, (top - sequence) >>> 0);
  }
}

/** Whether the window reaches below the number 0 of the current high half. */
function straddles(activity: StateActivity, window: number): boolean {
  return activity.topLow < (window - 1) >>> 0;
}
