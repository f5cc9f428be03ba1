import { hour, type Microseconds, millisecond, minute, second } from '../model/time.ts';

/** A span of time as people read it: `5m`, `2m 09.061s`, `350ms`, `200us`; rounded to milliseconds from 1 ms on. */
export function spanText(span: Microseconds): string {
  if (span < 0) return `-${spanText(-span)}`;
  if (span < millisecond) return span === 0 ? '0s' : `${span}us`;
  const rounded = Math.round(span / millisecond) * millisecond;
  if (rounded < second) return `${rounded / millisecond}ms`;
  const hours = Math.floor(rounded / hour);
  const minutes = Math.floor((rounded % hour) / minute);
  const seconds = secondsText(rounded % minute, hours > 0 || minutes > 0);
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : '', seconds];
  return parts.filter((part) => part !== '').join(' ');
}

/** What must be at least so long, in whole milliseconds: its text never says less. */
export function upToMilliseconds(span: Microseconds): Microseconds {
  return Math.ceil(span / millisecond) * millisecond;
}

function secondsText(rest: Microseconds, afterMinutes: boolean): string {
  if (rest === 0 && afterMinutes) return '';
  const milliseconds = (rest % second) / millisecond;
  const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}`;
  const whole = String(Math.floor(rest / second));
  return `${afterMinutes ? whole.padStart(2, '0') : whole}${fraction}s`;
}

/** An instant of a run, in columns that line up: `0:02:09.061`. */
export function instantText(at: Microseconds): string {
  const rounded = Math.floor(at / millisecond) * millisecond;
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = (rounded % minute) / second;
  return `${Math.floor(rounded / hour)}:${two(Math.floor((rounded % hour) / minute))}:${seconds
    .toFixed(3)
    .padStart(6, '0')}`;
}
