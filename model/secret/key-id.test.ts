import { describe, expect, test } from 'vitest';
import { AssertionError } from '../assert.ts';
import { isKeyId, keyId, maxKeyId, successor } from './key-id.ts';

describe('key IDs', () => {
  test.each([1, 2, 14, 15])('%i is one', (value) => {
    expect(keyId(value)).toBe(value);
  });

  test.each([0, 16, -1, 255, 1.5, Number.NaN])('%d is none', (value) => {
    expect(isKeyId(value)).toBe(false);
    expect(() => keyId(value)).toThrow(new AssertionError(`not a key ID: ${String(value)}`));
  });

  test('fifteen rotations visit every key ID once and end where they began', () => {
    const visited: number[] = [];
    let current = keyId(3);
    for (let i = 0; i < maxKeyId; i += 1) {
      visited.push(current);
      current = successor(current);
    }
    expect(visited).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 1, 2]);
    expect(current).toBe(3);
  });
});
