import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../model/assert.ts';
import { Stream } from './stream.ts';

function draws(stream: Stream, limit: number, count: number): number[] {
  return Array.from({ length: count }, () => stream.integer(limit));
}

/** Pearson's chi-squared statistic of counts that should all be the same. */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('integer', () => {
  // The values were computed by another implementation of Alea, in Python.
  test('draws the same in every engine and release', () => {
    const stream = new Stream('keyturn/frozen');
    const limits = [10, 1000, 2 ** 32, Number.MAX_SAFE_INTEGER, 10];
    const drawn = limits.map((limit) => stream.integer(limit));
    expect(drawn).toEqual([6, 534, 607_271_040, 3_355_382_582_444_171, 5]);
  });

  test('is below its limit, whatever the limit', () => {
    const limits = fc.oneof(
      fc.integer({ min: 1, max: 1 << 20 }),
      fc.maxSafeNat().map((n) => n + 1),
    );
    fc.assert(
      fc.property(fc.string(), limits, (seed, wanted) => {
        const limit = Math.min(wanted, Number.MAX_SAFE_INTEGER);
        for (const drawn of draws(new Stream(seed), limit, 20)) {
          expect(Number.isSafeInteger(drawn) && drawn >= 0 && drawn < limit).toBe(true);
        }
      }),
    );
  });

  test('is the exact product of a word and the limit, over 2^32', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 2, max: 2 ** 32 }), (seed, limit) => {
        const word = new Stream(seed).integer(2 ** 32);
        const expected = Number((BigInt(word) * BigInt(limit)) >> 32n);
        expect(new Stream(seed).integer(limit)).toBe(expected);
      }),
    );
  });

  test('never gets smaller when the limit gets larger', () => {
    const limit = fc.integer({ min: 2, max: 2 ** 32 });
    fc.assert(
      fc.property(fc.string(), limit, limit, (seed, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(new Stream(seed).integer(low)).toBeLessThanOrEqual(new Stream(seed).integer(high));
      }),
    );
  });

  test('draws nothing for a choice among one', () => {
    const [with1, without1] = [new Stream('s'), new Stream('s')];
    expect(draws(with1, 1, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(draws(with1, 1000, 5)).toEqual(draws(without1, 1000, 5));
  });

  test('spreads evenly within one stream', () => {
    const counts = new Array<number>(100).fill(0);
    for (const drawn of draws(new Stream('even'), 100, 100_000))
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    // 99 degrees of freedom: 148 is passed once in 1,000 seeds.
    expect(chiSquared(counts)).toBeLessThan(148);
  });

  test('spreads evenly over the first draws of streams with names in a row', () => {
    const counts = new Array<number>(100).fill(0);
    for (let n = 0; n < 100_000; n += 1) {
      const drawn = new Stream(`seed/watch/east/n1/east/n2/${n}`).integer(100);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    expect(chiSquared(counts)).toBeLessThan(148);
  });

  test('reaches above 2^32', () => {
    const limit = 2 ** 50;
    const drawn = draws(new Stream('large'), limit, 1000);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    expect(Math.abs(mean / limit - 0.5)).toBeLessThan(0.04);
    expect(new Set(drawn.map((value) => value % 2))).toEqual(new Set([0, 1]));
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53])('refuses the limit %d', (limit) => {
    expect(() => new Stream('s').integer(limit)).toThrow(
      new AssertionError(`cannot draw an integer below ${limit}`),
    );
  });
});

describe('bytes and hex', () => {
  test('are the same draws in two notations', () => {
    const bytes = new Stream('b').bytes(300);
    expect(bytes.length).toBe(300);
    expect(new Set(bytes).size).toBeGreaterThan(150);
    expect(new Stream('b').hex(300)).toBe(Buffer.from(bytes).toString('hex'));
  });

  test('of none are empty', () => {
    expect(new Stream('b').bytes(0)).toEqual(new Uint8Array());
    expect(new Stream('b').hex(0)).toBe('');
  });
});

describe('shuffled', () => {
  test('has the same items and leaves the list as it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.integer()), (seed, items) => {
        const before = [...items];
        const shuffled = new Stream(seed).shuffled(items);
        expect(items).toEqual(before);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(before.toSorted((a, b) => a - b));
      }),
    );
  });

  test('gives each of the six orders of three about equally often', () => {
    const counts = new Map<string, number>();
    const stream = new Stream('orders');
    for (let n = 0; n < 6000; n += 1) {
      const order = stream.shuffled(['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // 5 degrees of freedom: 20.5 is passed once in 1,000 seeds.
    expect(chiSquared([...counts.values()])).toBeLessThan(20.5);
  });
});
