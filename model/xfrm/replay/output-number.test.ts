import { describe, expect, it } from 'vitest';
import { StateActivity } from '../activity.ts';
import type { ReplayShape, StateShape } from '../config.ts';
import { shape } from '../test-support/sample.ts';
import { takeOutputNumber } from './output-number.ts';

function at(low: number, high: number): StateActivity {
  const activity = new StateActivity();
  activity.outputLow = low;
  activity.outputHigh = high;
  return activity;
}

const last = 0xffff_ffff;

describe('takeOutputNumber', () => {
  const cases: [string, Partial<StateShape>, [number, number], boolean, [number, number]][] = [
    ['starts with 1', {}, [0, 0], true, [1, 0]],
    ['carries into the high half with ESN', {}, [last, 0], true, [0, 1]],
    ['ends after 2^64-1 with ESN', {}, [last, last], false, [last, last]],
    ['ends after 2^32-1 without', withoutEsn('legacy'), [last, 0], false, [last, 0]],
    ['ends there with a large window too', withoutEsn('bitmap'), [last, 0], false, [last, 0]],
    [
      'wraps if told so',
      { ...withoutEsn('legacy'), outputSequenceMayWrap: true },
      [last, 0],
      true,
      [0, 0],
    ],
  ];

  function withoutEsn(kind: ReplayShape['kind']): Partial<StateShape> {
    return { replay: { kind, window: 32 } };
  }

  it.each(cases)('%s', (_title, change, [low, high], taken, after) => {
    const activity = at(low, high);
    expect(takeOutputNumber(activity, { ...shape, ...change })).toBe(taken);
    expect([activity.outputLow, activity.outputHigh]).toEqual(after);
  });
});
