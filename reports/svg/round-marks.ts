import { hour, type Microseconds, millisecond, minute, second } from '../../model/time.ts';

const most = 7;

/** The distances between marks, in which people count time. */
const distances: readonly Microseconds[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * millisecond),
  ...[1, 2, 5, 10, 20, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 20, 30].map((count) => count * minute),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].map((count) => count * hour),
];

/** Round durations between two, few enough to be read on an axis. */
export function roundMarks(from: Microseconds, to: Microseconds): readonly Microseconds[] {
  const distance = distances.find((one) => (to - from) / one <= most) ?? to - from;
  const first = Math.ceil(from / distance);
  const last = Math.floor(to / distance);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * distance);
}
