import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../model/assert.ts';
import { Digest } from './digest.ts';

type Item = number | string;

function digestOf(...items: readonly Item[]): string {
  const digest = new Digest();
  for (const item of items) {
    if (typeof item === 'number') digest.integer(item);
    else digest.text(item);
  }
  return digest.hex();
}

const items = fc.array(fc.oneof(fc.maxSafeInteger(), fc.string()), { maxLength: 20 });

describe('Digest', () => {
  // The values were computed by another implementation, in Python.
  test('is the same in every engine and release', () => {
    const known = [digestOf(), digestOf(1, -1, 2 ** 40), digestOf('keyturn', '')];
    expect(known).toEqual(['f7a2329ee98cbe8f', '6e5ab84af3b93a6a', 'aeef3b63e78c5b4c']);
  });

  test('is the same for the same items', () => {
    fc.assert(
      fc.property(items, (list) => {
        expect(digestOf(...list)).toBe(digestOf(...list));
        expect(digestOf(...list)).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });

  test('differs when one integer differs, be it in a high bit', () => {
    const integer = fc.maxSafeInteger();
    fc.assert(
      fc.property(items, integer, integer, items, (before, one, other, after) => {
        fc.pre(one !== other);
        expect(digestOf(...before, one, ...after)).not.toBe(digestOf(...before, other, ...after));
      }),
    );
    expect(digestOf(5)).not.toBe(digestOf(5 + 2 ** 32));
    expect(digestOf(-1)).not.toBe(digestOf(2 ** 32 - 1));
  });

  test('differs when two items change places', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (one, other) => {
        fc.pre(one !== other);
        expect(digestOf(one, other)).not.toBe(digestOf(other, one));
      }),
    );
  });

  test('tells where one text ends and the next begins', () => {
    expect(digestOf('ab', 'c')).not.toBe(digestOf('a', 'bc'));
    expect(digestOf('')).not.toBe(digestOf());
  });

  test('has hardly any equal halves among 200,000 counters', () => {
    const hashes = Array.from({ length: 200_000 }, (_, n) => digestOf(n, 0));
    expect(new Set(hashes).size).toBe(200_000);
    const halves = [hashes.map((hex) => hex.slice(0, 8)), hashes.map((hex) => hex.slice(8))];
    // Of 200,000 random 32-bit numbers about 5 pairs are equal.
    for (const half of halves) expect(200_000 - new Set(half).size).toBeLessThan(25);
  });

  test('may be read on the way and goes on', () => {
    const digest = new Digest();
    digest.integer(1);
    expect(digest.hex()).toBe(digestOf(1));
    digest.integer(2);
    expect(digest.hex()).toBe(digestOf(1, 2));
  });

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d', (value) => {
    expect(() => digestOf(value)).toThrow(
      new AssertionError(`cannot digest ${value}: not a safe integer`),
    );
  });
});
