import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StateActivity } from '../activity.ts';
import type { ReplayShape } from '../config.ts';
import { inferHigh } from './esn-window.ts';
import { advanceReplay, passesReplay } from './replay-window.ts';

/** Offers a number; if it is accepted, it is recorded as after a right ICV. */
function accept(activity: StateActivity, shape: ReplayShape, sequence: number): boolean {
  const fresh = passesReplay(activity, shape, sequence);
  if (fresh) advanceReplay(activity, shape, sequence);
  return fresh;
}

const twoTo32 = 2 ** 32;

describe('a replay window whose size divides 2^32', () => {
  const window = fc.constantFrom(1, 2, 8, 32);
  const kind = fc.constantFrom('legacy', 'bitmap');

  it.each([64, 1024])('of %i packets and no ESN is the set of numbers seen', (size) => {
    behavesAsSet({ kind: 'bitmap', window: size });
  });

  it('of at most 32 packets and no ESN is the set of numbers seen', () => {
    fc.assert(
      fc.property(kind, window, (chosen, size) => {
        behavesAsSet({ kind: chosen, window: size } as ReplayShape, 5);
      }),
    );
  });

  function behavesAsSet(shape: ReplayShape, numRuns = 50): void {
    const steps = fc.array(fc.integer({ min: -2 * shape.window, max: 3 * shape.window }));
    fc.assert(
      fc.property(steps, (offsets) => {
        const activity = new StateActivity();
        const seen = new Set<number>();
        let top = 0;
        for (const offset of offsets) {
          const sequence = Math.max(0, top + offset);
          const expected = sequence > 0 && sequence > top - shape.window && !seen.has(sequence);
          expect(accept(activity, shape, sequence)).toBe(expected);
          if (expected) seen.add(sequence);
          top = Math.max(top, expected ? sequence : 0);
        }
        expect(activity.topLow).toBe(top);
      }),
      { numRuns },
    );
  }

  it('with ESN is the set of 64-bit numbers seen, across wraps of the low half', () => {
    const size = fc.constantFrom(1, 2, 32, 128, 1024);
    const start = fc.constantFrom(0, 1000, twoTo32 - 20, 5 * twoTo32 + 3);
    fc.assert(
      fc.property(
        size,
        start,
        fc.array(fc.integer({ min: -200, max: 300 })),
        (width, from, steps) => {
          const shape: ReplayShape = { kind: 'esn', window: width };
          const activity = new StateActivity();
          activity.topLow = from % twoTo32;
          activity.topHigh = Math.floor(from / twoTo32);
          const seen = new Set<number>();
          let top = from;
          for (const step of steps) {
            // Older ones are taken for numbers of the next 2^32, and only the ICV finds them out.
            const sequence = Math.max(1, top - width + 1, top + step);
            const low = sequence % twoTo32;
            expect(inferHigh(activity, width, low)).toBe(Math.floor(sequence / twoTo32));
            expect(accept(activity, shape, low)).toBe(!seen.has(sequence));
            seen.add(sequence);
            top = Math.max(top, sequence);
          }
          expect(activity.topHigh * twoTo32 + activity.topLow).toBe(top);
        },
      ),
    );
  });
});

describe('the statistics of a window', () => {
  it('tell an old number from a copy, and count a zero as neither', () => {
    const activity = new StateActivity();
    const shape: ReplayShape = { kind: 'bitmap', window: 64 };
    const answers = [100, 36, 37, 37, 0].map((sequence) => accept(activity, shape, sequence));
    expect(answers).toEqual([true, false, true, false, false]);
    expect([activity.tooOld, activity.replayed]).toEqual([1, 1]);
  });

  it('stay still with a window of 0, which accepts everything', () => {
    const activity = new StateActivity();
    const shape: ReplayShape = { kind: 'legacy', window: 0 };
    expect([7, 7, 0].map((sequence) => accept(activity, shape, sequence))).toEqual([
      true,
      true,
      true,
    ]);
    expect(activity.topLow).toBe(0);
  });
});
