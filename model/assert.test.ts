import { expect, it } from 'vitest';
import { assert, AssertionError, defined, unreachable } from './assert.ts';

it('holds what the code relies on, and says what is not so', () => {
  expect(() => {
    assert(true, 'never');
  }).not.toThrow();
  expect(() => {
    assert(false, 'a node without a kernel');
  }).toThrow(new AssertionError('a node without a kernel'));
  expect(defined(0, 'number')).toBe(0);
  expect(() => defined(undefined, 'node')).toThrow(new AssertionError('node is missing'));
  expect(() => unreachable('odd' as never)).toThrow(new AssertionError('unexpected case "odd"'));
});
