import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minute, second } from '../model/time.ts';
import type { Delay } from '../sim/index.ts';
import { delayExpected, delayPattern, formatDelay, parseDelay } from './delay-text.ts';

describe('parseDelay', () => {
  const cases: readonly (readonly [string, Delay])[] = [
    ['90s', { kind: 'constant', value: 90 * second }],
    ['uniform(0s, 60s)', { kind: 'uniform', minimum: 0, maximum: minute }],
    ['uniform( 5s,5s )', { kind: 'uniform', minimum: 5 * second, maximum: 5 * second }],
    ['exponential(mean 5s, max 1m)', { kind: 'exponential', mean: 5 * second, maximum: minute }],
    [
      'quantiles(0: 1s, 50: 5s, 99.9: 40s, 100: 60s)',
      {
        kind: 'quantiles',
        points: [
          { perMille: 0, value: second },
          { perMille: 500, value: 5 * second },
          { perMille: 999, value: 40 * second },
          { perMille: 1000, value: minute },
        ],
      },
    ],
    [
      'quantiles(0%: 1s, 100%: 2s)',
      {
        kind: 'quantiles',
        points: [
          { perMille: 0, value: second },
          { perMille: 1000, value: 2 * second },
        ],
      },
    ],
    ['kubelet', { kind: 'uniform', minimum: 0, maximum: 90 * second }],
  ];

  test.each(cases)('reads %s', (text, value) => {
    expect(parseDelay(text)).toEqual({ ok: true, value });
  });

  test.each([
    ['unifrom(0s, 60s)', 'did you mean "uniform"?'],
    ['kublet', 'did you mean "kubelet"?'],
    ['gauss(0s, 60s)', ''],
    ['toString', ''],
    ['uniform(60s)', 'uniform(minimum, maximum)'],
    ['uniform()', 'uniform(minimum, maximum)'],
    ['uniform(60s, 0s)', 'the minimum comes first'],
    ['exponential(5s, 60s)', 'exponential(mean 5s, max 60s): both are named, mean first'],
    ['exponential(mean 0s, max 60s)', 'a mean of zero is no distribution: write 0s'],
    ['exponential(mean 2m, max 60s)', 'the maximum is at least the mean'],
    ['quantiles(0: 1s, half: 2s)', 'each point is "percent: duration", one decimal at most'],
    ['quantiles(0: 1s, 99.99: 2s)', 'each point is "percent: duration", one decimal at most'],
    ['quantiles()', 'the first point is at 0'],
    ['quantiles(5: 1s, 100: 2s)', 'the first point is at 0'],
    ['quantiles(0: 1s, 99: 2s)', 'the last point is at 100'],
    ['quantiles(0: 1s, 0: 2s, 100: 3s)', 'the percentages rise from point to point'],
    ['quantiles(0: 1s, 50: 5s, 100: 3s)', 'the durations never fall from point to point'],
  ])('refuses %s', (text, hint) => {
    expect(parseDelay(text)).toEqual({
      ok: false,
      error: {
        code: 'BAD_DELAY',
        message: `"${text}" is not a delay`,
        expected: delayExpected,
        hint,
      },
    });
  });

  test.each(['5', 'uniform(0s, 60)', 'exponential(mean 5, max 60s)', 'quantiles(0: 1, 100: 5s)'])(
    'names the duration that is wrong in %s',
    (text) => {
      expect(parseDelay(text)).toMatchObject({
        ok: false,
        error: { code: 'BAD_DURATION', hint: expect.stringMatching(/^add a unit: \d+s$/) },
      });
    },
  );
});

const duration = fc.integer({ min: 0, max: 3_600_000_000 });

const quantiles = fc
  .record({
    inner: fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 5 }),
    values: fc.array(duration, { minLength: 7, maxLength: 7 }),
  })
  .map(({ inner, values }): Delay => {
    const rising = values.toSorted((a, b) => a - b);
    const perMilles = [0, ...inner.toSorted((a, b) => a - b), 1000];
    return {
      kind: 'quantiles',
      points: perMilles.map((perMille, index) => ({ perMille, value: rising[index] ?? 0 })),
    };
  });

const delay: fc.Arbitrary<Delay> = fc.oneof(
  duration.map((value): Delay => ({ kind: 'constant', value })),
  fc.tuple(duration, duration).map(([a, b]): Delay => {
    return { kind: 'uniform', minimum: Math.min(a, b), maximum: Math.max(a, b) };
  }),
  fc.tuple(duration, duration).map(([a, b]): Delay => {
    return { kind: 'exponential', mean: Math.min(a, b) + 1, maximum: Math.max(a, b) + 1 };
  }),
  quantiles,
);

test('what is formatted is read back, and matches the published pattern', () => {
  fc.assert(
    fc.property(delay, (value) => {
      expect(parseDelay(formatDelay(value))).toEqual({ ok: true, value });
      expect(formatDelay(value)).toMatch(new RegExp(delayPattern));
    }),
  );
});
