import { expect, it } from 'vitest';
import { coloured, plain } from '../reports/index.ts';
import { paintFor } from './paint.ts';

it.each([
  [{}, true, coloured],
  [{}, false, plain],
  [{ NO_COLOR: '1' }, true, plain],
  [{ NO_COLOR: '' }, true, coloured],
  [{ FORCE_COLOR: '1' }, false, coloured],
  [{ FORCE_COLOR: '0' }, true, plain],
  [{ FORCE_COLOR: '0' }, false, plain],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, plain],
])('with %o and a terminal: %s', (environment, isTerminal, paint) => {
  expect(paintFor(environment, isTerminal)).toBe(paint);
});
