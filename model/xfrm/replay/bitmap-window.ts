import type { StateActivity } from '../activity.ts';
import type { ReplayVerdict } from './replay-verdict.ts';
import { hasBit, setBit, slide } from './ring.ts';

/**
 * The replay window without ESN and of any size, which iproute2 asks for above 32 packets.
 * Source: Linux 6.1, net/xfrm/xfrm_replay.c, xfrm_replay_check_bmp, xfrm_replay_advance_bmp.
 */
export function checkBitmap(
  activity: StateActivity,
  window: number,
  sequence: number,
): ReplayVerdict {
  if (window === 0) return 'fresh';
  if (sequence === 0) return 'zero';
  const age = activity.topLow - sequence;
  if (age < 0) return 'fresh';
  if (age >= window) return 'tooOld';
  return hasBit(activity, window, age) ? 'replayed' : 'fresh';
}

export function advanceBitmap(activity: StateActivity, window: number, sequence: number): void {
  if (window === 0) return;
  const age = activity.topLow - sequence;
  if (age < 0) slide(activity, window, sequence, -age);
  else setBit(activity, window, age);
}
