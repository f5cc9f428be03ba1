import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exponentialQuantile } from './exponential.ts';

const positions = fc.integer({ min: 0, max: 2 ** 32 - 1 });

test('is within 0.01 % of the mean, and a unit, of -mean * ln(1 - u)', () => {
  fc.assert(
    fc.property(positions, fc.integer({ min: 0, max: 86_400_000_000 }), (position, mean) => {
      const exact = -mean * Math.log1p(-position / 2 ** 32);
      expect(Math.abs(exponentialQuantile(mean, position) - exact)).toBeLessThan(1 + mean / 10_000);
    }),
    { numRuns: 5000 },
  );
});

test('never falls as the position rises', () => {
  fc.assert(
    fc.property(positions, positions, (one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const mean = 5_000_000_000;
      expect(exponentialQuantile(mean, low)).toBeLessThanOrEqual(exponentialQuantile(mean, high));
    }),
    { numRuns: 2000 },
  );
});

test('never falls where the table passes on to the next leading 1', () => {
  const edges = Array.from({ length: 31 }, (_, ones) => 2 ** 32 - 2 ** (31 - ones));
  for (const edge of edges) {
    const [before, at] = [edge - 1, edge].map((position) => exponentialQuantile(1e9, position));
    expect(before).toBeLessThanOrEqual(at as number);
  }
});

test.each([
  [0, 0],
  [0x8000_0000, 693_147],
  [0xc000_0000, 1_386_294],
  [0xffff_fffe, 21_487_562],
  [0xffff_ffff, 22_180_709],
])('with a mean of a second has the value at %d', (position, microseconds) => {
  expect(exponentialQuantile(1_000_000, position)).toBe(microseconds);
});
