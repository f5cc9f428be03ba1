import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseInstant } from './instant.ts';

it('reads every instant that Date writes', () => {
  const dates = fc.date({
    min: new Date('1970-01-01T00:00:00Z'),
    max: new Date('2199-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(dates, (date) => {
      expect(parseInstant(date.toISOString())?.at).toBe(date.getTime() * 1000);
    }),
    { numRuns: 500 },
  );
});

it('reads offsets and fractions', () => {
  const noon = 1_769_860_800_000_000;
  expect(parseInstant('2026-01-31T12:00:00Z')).toEqual({ at: noon, form: 'RFC 3339' });
  expect(parseInstant('2026-01-31T14:30:00.123456789+02:30')?.at).toBe(noon + 123_456);
  expect(parseInstant('2026-01-31T07:00:00-05:00')?.at).toBe(noon);
});

it('reads no day that there is not', () => {
  for (const day of ['2026-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2100-02-29']) {
    expect(parseInstant(`${day}T00:00:00Z`)).toBeUndefined();
  }
  expect(parseInstant('2024-02-29T00:00:00Z')).toBeDefined();
  expect(parseInstant('2026-01-01T24:00:00Z')).toBeUndefined();
  expect(parseInstant('2026-01-01T00:00:00')).toBeUndefined();
});
