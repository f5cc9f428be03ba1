import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hour, minute, second } from '../model/time.ts';
import { durationPattern, formatDuration, parseDuration } from './duration.ts';

const year = 365 * 24 * hour;

describe('parseDuration', () => {
  test.each([
    ['0s', 0],
    ['90s', 90 * second],
    ['5m', 5 * minute],
    ['5m0s', 5 * minute],
    ['1h30m', 90 * minute],
    ['250ms', 250_000],
    ['40us', 40],
    ['1h2m3s4ms5us', hour + 2 * minute + 3 * second + 4_005],
    ['8760h', year],
  ])('reads %s', (text, value) => {
    expect(parseDuration(text)).toEqual({ ok: true, value });
  });

  test.each([
    ['30', 'add a unit: 30s'],
    ['-5s', 'a duration is never negative'],
    ['1.5s', 'use whole numbers and a smaller unit, as in 1s500ms'],
    ['1h 30m', 'leave out the spaces: 1h30m'],
    ['2d', 'the largest unit is h: a day is 24h'],
    ['10ns', 'the smallest unit is us'],
    ['10µs', 'write us for microseconds'],
    ['30s1m', 'the units are h, m, s, ms and us, in this order, each at most once'],
    ['1m1m', 'the units are h, m, s, ms and us, in this order, each at most once'],
    ['soon', 'the units are h, m, s, ms and us, in this order, each at most once'],
    ['', 'the units are h, m, s, ms and us, in this order, each at most once'],
  ])('refuses "%s"', (text, hint) => {
    expect(parseDuration(text)).toEqual({
      ok: false,
      error: {
        code: 'BAD_DURATION',
        message: `"${text}" is not a duration`,
        expected: 'a duration such as 90s, 5m, 1h30m, 250ms or 40us',
        hint,
      },
    });
  });

  test('refuses more than a year', () => {
    expect(parseDuration('8760h1us')).toEqual({
      ok: false,
      error: {
        code: 'BAD_DURATION',
        message: 'the duration "8760h1us" is longer than a year',
        expected: 'at most 8760h',
        hint: 'check the unit',
      },
    });
  });

  test('refuses a number that is no number to JavaScript', () => {
    expect(parseDuration(`${'9'.repeat(400)}h`).ok).toBe(false);
  });
});

test('what is formatted is read back, and matches the published pattern', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: year }), (duration) => {
      const text = formatDuration(duration);
      expect(parseDuration(text)).toEqual({ ok: true, value: duration });
      expect(text).toMatch(new RegExp(durationPattern));
    }),
  );
});

test('formatDuration leaves out what is zero', () => {
  expect([0, 1, 90 * second, hour, hour + 1].map(formatDuration)).toEqual([
    '0s',
    '1us',
    '1m30s',
    '1h',
    '1h1us',
  ]);
});
