import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, editDistance } from './did-you-mean.ts';

const names = ['rotate', 'reboot', 'secretSync', 'wait', 'waitUntil'];

test.each([
  ['rotat', 'did you mean "rotate"?'],
  ['rebot', 'did you mean "reboot"?'],
  ['SecretSync', 'did you mean "secretSync"?'],
  ['secretsync', 'did you mean "secretSync"?'],
  ['wiat', 'did you mean "wait"?'],
  ['secret-sync', 'did you mean "secretSync"?'],
  ['upgrade', ''],
  ['x', ''],
])('%s', (written, hint) => {
  expect(didYouMean(written, names)).toBe(hint);
});

test('the distance counts letters added, left out, changed and swapped', () => {
  expect(editDistance('abc', 'abcd')).toBe(1);
  expect(editDistance('abcd', 'abc')).toBe(1);
  expect(editDistance('abc', 'axc')).toBe(1);
  expect(editDistance('abc', 'acb')).toBe(1);
  expect(editDistance('abc', 'xyz')).toBe(3);
  expect(editDistance('', 'abc')).toBe(3);
});

test('the distance is 0 to itself alone, and the same both ways', () => {
  const short = fc.string({ maxLength: 6 });
  fc.assert(
    fc.property(short, short, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});
