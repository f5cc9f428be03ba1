import { expect, it } from 'vitest';
import { columns, grouped } from './columns.ts';

it('pads texts to the right and numbers to the left, without blanks at the end', () => {
  expect(
    columns([
      ['from', 'key', 'packets'],
      ['east/n1', '3', 12],
      ['n2', '15', 14_400],
      ['n3', '', ''],
    ]),
  ).toEqual([
    '  from     key  packets',
    '  east/n1  3         12',
    '  n2       15     14400',
    '  n3',
  ]);
  expect(columns([['a']], '')).toEqual(['a']);
  expect(columns([])).toEqual([]);
});

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [14_400, '14,400'],
  [1_234_567, '1,234,567'],
])('groups the digits of %d', (value, text) => {
  expect(grouped(value)).toBe(text);
});
