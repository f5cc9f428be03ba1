import { expect, it } from 'vitest';
import { parseGoDuration } from './go-duration.ts';

it.each([
  ['5m0s', 300_000_000],
  ['5m', 300_000_000],
  ['1h30m', 5_400_000_000],
  ['1.5h', 5_400_000_000],
  ['300s', 300_000_000],
  ['250ms', 250_000],
  ['7us', 7],
  ['7µs', 7],
  ['2000ns', 2],
  ['+1s', 1_000_000],
  ['0', 0],
  ['1ns', undefined],
  ['-5m', undefined],
  ['5', undefined],
  ['5 m', undefined],
  ['', undefined],
  ['1.2.3s', undefined],
])('reads %j as Go does', (text, duration) => {
  expect(parseGoDuration(text)).toBe(duration);
});
