import type { StateActivity } from '../activity.ts';
import type { ReplayVerdict } from './replay-verdict.ts';

/**
 * The replay window without ESN and of at most 32 packets: one word, bit d for `top - d`. A window
 * of 0 checks and records nothing. Received numbers never wrap: after 2^32-1 nothing is new.
 * Source: Linux 6.1, net/xfrm/xfrm_replay.c, xfrm_replay_check_legacy, xfrm_replay_advance.
 */
export function checkLegacy(
  activity: StateActivity,
  window: number,
  sequence: number,
): ReplayVerdict {
  if (window === 0) return 'fresh';
  if (sequence === 0) return 'zero';
  const age = activity.topLow - sequence;
  if (age < 0) return 'fresh';
  if (age >= window) return 'tooOld';
  return (activity.legacyBitmap & (1 << age)) === 0 ? 'fresh' : 'replayed';
}

export function advanceLegacy(activity: StateActivity, window: number, sequence: number): void {
  if (window === 0) return;
  const age = activity.topLow - sequence;
  if (age >= 0) {
    activity.legacyBitmap |= 1 << age;
    return;
  }
  activity.legacyBitmap = -age < window ? (activity.legacyBitmap << -age) | 1 : 1;
  activity.topLow = sequence;
}
