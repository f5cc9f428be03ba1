import { expect, it } from 'vitest';
import { hour, millisecond, minute, second } from '../../model/time.ts';
import { roundMarks } from './round-marks.ts';

it('counts in what people count time in', () => {
  expect(roundMarks(0, 5.25 * minute)).toEqual([0, 1, 2, 3, 4, 5].map((at) => at * minute));
  expect(roundMarks(10 * second, 10 * minute)).toEqual([2, 4, 6, 8, 10].map((at) => at * minute));
  expect(roundMarks(1, 20 * millisecond)).toEqual([5, 10, 15, 20].map((at) => at * millisecond));
  expect(roundMarks(0, 9000 * hour)).toEqual([0, 2000, 4000, 6000, 8000].map((at) => at * hour));
});
