import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../model/assert.ts';
import { millisecond, minute, second } from '../model/time.ts';
import { type Delay } from './delay.ts';
import { drawDelay, maximumOf, minimumOf, quantileOf } from './draw-delay.ts';
import { Stream } from './stream.ts';

const time = fc.integer({ min: 0, max: 90 * minute });

const quantiles = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 5 }), fc.array(time))
  .chain(([inner]) => {
    const perMilles = [0, ...inner.toSorted((a, b) => a - b), 1000];
    return fc.tuple(...perMilles.map(() => time)).map((values): Delay => {
      const rising = values.toSorted((a, b) => a - b);
      const points = perMilles.map((perMille, n) => ({ perMille, value: rising[n] as number }));
      return { kind: 'quantiles', points };
    });
  });

const delays: fc.Arbitrary<Delay> = fc.oneof(
  time.map((value): Delay => ({ kind: 'constant', value })),
  fc.tuple(time, time).map(([one, other]): Delay => {
    return { kind: 'uniform', minimum: Math.min(one, other), maximum: Math.max(one, other) };
  }),
  fc.tuple(time, time).map(([mean, maximum]): Delay => ({ kind: 'exponential', mean, maximum })),
  quantiles,
);

const uniform: Delay = { kind: 'uniform', minimum: second, maximum: 5 * second };
const exponential: Delay = { kind: 'exponential', mean: second, maximum: minute };
const measured: Delay = {
  kind: 'quantiles',
  points: [
    { perMille: 0, value: 100 * millisecond },
    { perMille: 500, value: 200 * millisecond },
    { perMille: 990, value: second },
    { perMille: 1000, value: 10 * second },
  ],
};

function draws(delay: Delay, seed: string, count: number): number[] {
  const stream = new Stream(seed);
  return Array.from({ length: count }, () => drawDelay(delay, stream));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('drawDelay', () => {
  test('stays within the bounds, in whole microseconds', () => {
    fc.assert(
      fc.property(delays, fc.string(), (delay, seed) => {
        for (const drawn of draws(delay, seed, 20)) {
          expect(Number.isSafeInteger(drawn)).toBe(true);
          expect(drawn).toBeGreaterThanOrEqual(minimumOf(delay));
          expect(drawn).toBeLessThanOrEqual(maximumOf(delay));
        }
      }),
    );
  });

  test('draws the same from the same seed', () => {
    fc.assert(
      fc.property(delays, fc.string(), (delay, seed) => {
        expect(draws(delay, seed, 5)).toEqual(draws(delay, seed, 5));
      }),
    );
  });

  // The tolerances are five standard errors of the mean of 20,000 draws.
  test.each([
    ['uniform', uniform, 3 * second, 41 * millisecond],
    ['exponential', exponential, second, 36 * millisecond],
    // 0.5 * 150 ms + 0.49 * 600 ms + 0.01 * 5.5 s
    ['quantiles', measured, 424 * millisecond, 25 * millisecond],
  ])('has the mean of the %s distribution', (_, delay, expected, tolerance) => {
    expect(Math.abs(mean(draws(delay, 'mean', 20_000)) - expected)).toBeLessThan(tolerance);
  });

  test.each([
    ['uniform', uniform],
    ['exponential', exponential],
    ['quantiles', measured],
  ])('has the quantiles of the %s distribution', (_, delay) => {
    const drawn = draws(delay, 'quantiles', 20_000);
    for (const perMille of [50, 250, 500, 900, 990]) {
      const below = drawn.filter((value) => value <= quantileOf(delay, perMille)).length;
      // Five standard deviations of a binomial share, in 1,000ths.
      const tolerance = 5 * Math.sqrt((perMille * (1000 - perMille)) / 20_000);
      expect(Math.abs((below / 20_000) * 1000 - perMille)).toBeLessThan(tolerance);
    }
  });

  test('cuts the exponential distribution at its maximum', () => {
    const cut: Delay = { kind: 'exponential', mean: second, maximum: second };
    const drawn = draws(cut, 'cut', 10_000);
    const share = drawn.filter((value) => value === second).length / drawn.length;
    expect(Math.abs(share - 0.368)).toBeLessThan(0.025); // 1/e
  });

  test('reaches both ends of a uniform delay', () => {
    const bit: Delay = { kind: 'uniform', minimum: 7, maximum: 8 };
    expect(new Set(draws(bit, 'ends', 100))).toEqual(new Set([7, 8]));
  });

  test.each<[string, Delay, number]>([
    ['constant', { kind: 'constant', value: 5 }, 5],
    ['uniform', { kind: 'uniform', minimum: 6, maximum: 6 }, 6],
    ['exponential', { kind: 'exponential', mean: 9, maximum: 0 }, 0],
    [
      'quantiles',
      {
        kind: 'quantiles',
        points: [
          { perMille: 0, value: 8 },
          { perMille: 1000, value: 8 },
        ],
      },
      8,
    ],
  ])('makes no stream for a %s delay that is always the same', (_, delay, expected) => {
    let made = 0;
    const drawn = drawDelay(delay, () => {
      made += 1;
      return new Stream('never');
    });
    expect([drawn, made]).toEqual([expected, 0]);
  });

  test('draws from a stream that is made when needed', () => {
    expect(drawDelay(uniform, () => new Stream('s'))).toBe(drawDelay(uniform, new Stream('s')));
  });
});

describe('quantileOf', () => {
  test('rises from the minimum to the maximum', () => {
    fc.assert(
      fc.property(delays, fc.nat(1000), fc.nat(1000), (delay, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(quantileOf(delay, 0)).toBe(minimumOf(delay));
        expect(quantileOf(delay, low)).toBeLessThanOrEqual(quantileOf(delay, high));
        expect(quantileOf(delay, 1000)).toBe(maximumOf(delay));
      }),
    );
  });

  test.each([
    [0, 100 * millisecond],
    [250, 150 * millisecond],
    [500, 200 * millisecond],
    [745, 600 * millisecond],
    [995, 5_500 * millisecond],
    [1000, 10 * second],
  ])('interpolates between points: %d per mille', (perMille, expected) => {
    expect(quantileOf(measured, perMille)).toBe(expected);
  });

  test.each([-1, 1001, 0.5])('refuses %d', (perMille) => {
    expect(() => quantileOf(uniform, perMille)).toThrow(
      new AssertionError(`not a number per mille: ${perMille}`),
    );
  });
});
