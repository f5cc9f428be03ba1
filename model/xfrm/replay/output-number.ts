import type { StateActivity } from '../activity.ts';
import type { StateShape } from '../config.ts';

const lastLow = 0xffff_ffff;

/**
 * Takes the next sequence number of a sender. False on overflow: then the number stays where it is
 * and no packet leaves any more. The window plays no part in it; only ESN does.
 * Source: Linux 6.1, net/xfrm/xfrm_replay.c, xfrm_replay_overflow, _overflow_bmp, _overflow_esn.
 */
export function takeOutputNumber(activity: StateActivity, shape: StateShape): boolean {
  if (activity.outputLow !== lastLow) {
    activity.outputLow += 1;
    return true;
  }
  if (shape.replay.kind === 'esn') {
    if (activity.outputHigh === lastLow) return false;
    activity.outputHigh += 1;
  } else if (shape.outputSequenceMayWrap !== true) {
    return false;
  }
  activity.outputLow = 0;
  return true;
}
