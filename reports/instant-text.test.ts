import { expect, it } from 'vitest';
import { hour, millisecond, minute, second } from '../model/time.ts';
import { instantText, spanText } from './instant-text.ts';

it.each([
  [0, '0s'],
  [1, '1us'],
  [999, '999us'],
  [millisecond, '1ms'],
  [1_499, '1ms'],
  [1_500, '2ms'],
  [350 * millisecond, '350ms'],
  [999_499, '999ms'],
  [999_500, '1s'],
  [second, '1s'],
  [9_061 * millisecond, '9.061s'],
  [minute, '1m'],
  [minute + second, '1m 01s'],
  [129_061 * millisecond, '2m 09.061s'],
  [5 * minute, '5m'],
  [hour, '1h'],
  [hour + second, '1h 01s'],
  [hour + minute + millisecond, '1h 1m 00.001s'],
  [25 * hour, '25h'],
  [-172 * second, '-2m 52s'],
  [-1, '-1us'],
])('shows a span of %d microseconds as %s', (span, text) => {
  expect(spanText(span)).toBe(text);
});

it.each([
  [0, '0:00:00.000'],
  [999, '0:00:00.000'],
  [millisecond, '0:00:00.001'],
  [129_061_999, '0:02:09.061'],
  [59_999_999, '0:00:59.999'],
  [hour - 1, '0:59:59.999'],
  [hour, '1:00:00.000'],
  [100 * hour + 61 * second, '100:01:01.000'],
])('shows the instant %d as %s: rounded down, so that order is kept', (at, text) => {
  expect(instantText(at)).toBe(text);
});
