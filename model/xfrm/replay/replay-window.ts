import { unreachable } from '../../assert.ts';
import type { StateActivity } from '../activity.ts';
import type { ReplayShape } from '../config.ts';
import { advanceBitmap, checkBitmap } from './bitmap-window.ts';
import { advanceEsn, checkEsn, inferHigh } from './esn-window.ts';
import { advanceLegacy, checkLegacy } from './legacy-window.ts';
import type { ReplayVerdict } from './replay-verdict.ts';

/** Whether a number may be accepted. Rejections are counted in the state's statistics. */
export function passesReplay(
  activity: StateActivity,
  shape: ReplayShape,
  sequence: number,
): boolean {
  const verdict = check(activity, shape, sequence);
  if (verdict === 'fresh') return true;
  if (verdict === 'tooOld') activity.tooOld += 1;
  else if (verdict === 'replayed') activity.replayed += 1;
  return false;
}

/** The high half that goes into the ICV: undefined without ESN. */
export function expectedHigh(
  activity: StateActivity,
  shape: ReplayShape,
  sequence: number,
): number | undefined {
  return shape.kind === 'esn' ? inferHigh(activity, shape.window, sequence) : undefined;
}

/** Records a number that has been authenticated. */
export function advanceReplay(activity: StateActivity, shape: ReplayShape, sequence: number): void {
  switch (shape.kind) {
    case 'legacy':
      advanceLegacy(activity, shape.window, sequence);
      return;
    case 'bitmap':
      advanceBitmap(activity, shape.window, sequence);
      return;
    case 'esn':
      advanceEsn(activity, shape.window, sequence);
      return;
    default:
      unreachable(shape.kind);
  }
}

function check(activity: StateActivity, shape: ReplayShape, sequence: number): ReplayVerdict {
  switch (shape.kind) {
    case 'legacy':
      return checkLegacy(activity, shape.window, sequence);
    case 'bitmap':
      return checkBitmap(activity, shape.window, sequence);
    case 'esn':
      return checkEsn(activity, shape.window, sequence);
    default:
      return unreachable(shape.kind);
  }
}
