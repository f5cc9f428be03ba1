import type { Microseconds } from '../../model/time.ts';

/** How an instant is written: times that are compared must be written alike. */
export type InstantForm =
  'RFC 3339' | 'Unix seconds' | 'Unix milliseconds' | 'Unix microseconds' | 'Unix nanoseconds';

export interface Instant {
  /** Since 1970, in UTC. */
  readonly at: Microseconds;
  readonly form: InstantForm;
}

export const instantExpected =
  '2026-01-31T12:00:00.25Z, another offset than Z, or the Unix time in s, ms, us or ns';

/**
 * Reads an instant as RFC 3339 (fractions to nanoseconds, cut to microseconds) or as a Unix time,
 * whose unit its number of digits tells: ten are seconds, thirteen milliseconds, and so on, for all
 * instants between 2001 and 2286.
 */
export function parseInstant(text: string): Instant | undefined {
  const date = parseRfc3339(text);
  if (date !== undefined) return { at: date, form: 'RFC 3339' };
  const [, whole = '', fraction = ''] = /^(\d{10})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (whole !== '') {
    return { at: Number(whole) * 1_000_000 + microsecondsOf(fraction), form: 'Unix seconds' };
  }
  if (/^\d{13}$/.test(text)) return { at: Number(text) * 1_000, form: 'Unix milliseconds' };
  if (/^\d{16}$/.test(text)) return { at: Number(text), form: 'Unix microseconds' };
  if (/^\d{19}$/.test(text)) return { at: Number(text.slice(0, 16)), form: 'Unix nanoseconds' };
  return undefined;
}

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))$/;

function parseRfc3339(text: string): Microseconds | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hours, minutes, seconds] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offset = (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0)) * 60;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59 || offset >= 24 * 3600) return undefined;
  const local = ((daysSince1970(year, month, day) * 24 + hours) * 60 + minutes) * 60 + seconds;
  const utc = match[9] === '-' ? local + offset : local - offset;
  return utc * 1_000_000 + microsecondsOf(match[7] ?? '');
}

function microsecondsOf(fraction: string): Microseconds {
  return Number(fraction.slice(0, 6).padEnd(6, '0'));
}

function daysInMonth(year: number, month: number): number {
  const next = month === 12 ? daysSince1970(year + 1, 1, 1) : daysSince1970(year, month + 1, 1);
  return next - daysSince1970(year, month, 1);
}

/** In the Gregorian calendar, with years that begin in March: the leap day is their last. */
export function daysSince1970(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1;
  const monthsSinceMarch = (month + 9) % 12;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return years * 365 + leapDays + Math.floor((monthsSinceMarch * 153 + 2) / 5) + day - 719_469;
}
