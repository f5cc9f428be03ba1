import { failure, type Result, success } from '../model/result.ts';
import { hour, type Microseconds, millisecond, minute, second } from '../model/time.ts';
import type { Problem } from './problem.ts';

/** The units of a duration, largest first, as Go and Cilium's flags spell them. */
const units: readonly (readonly [name: string, length: Microseconds])[] = [
  ['h', hour],
  ['m', minute],
  ['s', second],
  ['ms', millisecond],
  ['us', 1],
];

/** A year: whatever is longer is a slip of the pen. */
const longestDuration: Microseconds = 365 * 24 * hour;

/** What {@link parseDuration} accepts, as a regular expression for JSON Schema. */
export const durationPattern =
  '^(?=[0-9])([0-9]+h)?([0-9]+m(?!s))?([0-9]+s)?([0-9]+ms)?([0-9]+us)?$';

export const durationExpected = 'a duration such as 90s, 5m, 1h30m, 250ms or 40us';

const durationExpression = new RegExp(durationPattern);

/** Reads `1h30m`. Fails with `BAD_DURATION`; the hint says how to mend it. */
export function parseDuration(text: string): Result<Microseconds, Problem> {
  const match = durationExpression.exec(text);
  if (match === null) return failure(badDuration(text));
  const total = units.reduce((sum, [, length], index) => {
    return sum + Number.parseInt(match[index + 1] ?? '0', 10) * length;
  }, 0);
  if (total > longestDuration) return failure(tooLong(text));
  return success(total);
}

/** The shortest text that {@link parseDuration} reads as `duration`: `1h30m`, `0s`. */
export function formatDuration(duration: Microseconds): string {
  let rest = duration;
  let text = '';
  for (const [name, length] of units) {
    const count = Math.floor(rest / length);
    if (count > 0) text += `${count}${name}`;
    rest -= count * length;
  }
  return text === '' ? '0s' : text;
}

function badDuration(text: string): Problem {
  return {
    code: 'BAD_DURATION',
    message: `"${text}" is not a duration`,
    expected: durationExpected,
    hint: durationHint(text),
  };
}

function tooLong(text: string): Problem {
  return {
    code: 'BAD_DURATION',
    message: `the duration "${text}" is longer than a year`,
    expected: `at most ${formatDuration(longestDuration)}`,
    hint: 'check the unit',
  };
}

const mistakes: readonly (readonly [RegExp, string | ((text: string) => string)])[] = [
  [/^\d+$/, (text) => `add a unit: ${text}s`],
  [/^-/, 'a duration is never negative'],
  [/[.,]/, 'use whole numbers and a smaller unit, as in 1s500ms'],
  [/\s/, (text) => `leave out the spaces: ${text.replaceAll(/\s/g, '')}`],
  [/\d+d/, 'the largest unit is h: a day is 24h'],
  [/\d+ns/, 'the smallest unit is us'],
  [/\d+[µμ]s/, 'write us for microseconds'],
];

function durationHint(text: string): string {
  const [, hint = 'the units are h, m, s, ms and us, in this order, each at most once'] =
    mistakes.find(([expression]) => expression.test(text)) ?? [];
  return typeof hint === 'string' ? hint : hint(text);
}
