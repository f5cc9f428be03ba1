import { hour, type Microseconds, millisecond, minute, second } from '../../model/time.ts';

const unitOf: ReadonlyMap<string, Microseconds> = new Map([
  ['h', hour],
  ['m', minute],
  ['s', second],
  ['ms', millisecond],
  ['us', 1],
  ['µs', 1], // U+00B5, micro sign
  ['μs', 1], // U+03BC, Greek letter mu
  ['ns', 0.001],
]);

/**
 * The duration that a text denotes to Go's time.ParseDuration (`5m0s`, `1h30m`, `300s`, `0`), or
 * undefined if it denotes none, a negative one, or a fraction of a microsecond.
 */
export function parseGoDuration(text: string): Microseconds | undefined {
  if (/^\+?0$/.test(text)) return 0;
  if (!/^\+?(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|μs|ns))+$/.test(text)) return undefined;
  const parts = text.matchAll(/([\d.]+)([^\d.+]+)/g);
  let total = 0;
  for (const [, amount = '', unit = ''] of parts)
    total += Number(amount) * (unitOf.get(unit) ?? NaN);
  return Number.isSafeInteger(total) ? total : undefined;
}
