import { assert, defined, unreachable } from '../model/assert.ts';
import { type Microseconds } from '../model/time.ts';
import { type Delay, type QuantilePoint } from './delay.ts';
import { exponentialQuantile } from './exponential.ts';
import { type Stream } from './stream.ts';

const twoTo32 = 0x1_0000_0000;

/**
 * One delay, drawn from the stream, in integer arithmetic. What is constant draws nothing and, where
 * the stream is given as a function, does not even make one. Uniform: both ends included.
 * Exponential: a draw above the maximum is the maximum. Quantiles: uniform between two points, both
 * included.
 */
export function drawDelay(delay: Delay, from: Stream | (() => Stream)): Microseconds {
  const minimum = minimumOf(delay);
  if (minimum === maximumOf(delay)) return minimum;
  return draw(delay, typeof from === 'function' ? from() : from);
}

function draw(delay: Delay, stream: Stream): Microseconds {
  switch (delay.kind) {
    case 'constant':
      return delay.value;
    case 'uniform':
      return delay.minimum + stream.integer(delay.maximum - delay.minimum + 1);
    case 'exponential':
      return Math.min(delay.maximum, exponentialQuantile(delay.mean, stream.integer(twoTo32)));
    case 'quantiles': {
      const { start, end } = cellAt(delay.points, stream.integer(1000));
      return start.value + stream.integer(end.value - start.value + 1);
    }
    default:
      return unreachable(delay);
  }
}

/** The least that can be drawn. */
export function minimumOf(delay: Delay): Microseconds {
  switch (delay.kind) {
    case 'constant':
      return delay.value;
    case 'uniform':
      return delay.minimum;
    case 'exponential':
      return 0;
    case 'quantiles':
      return defined(delay.points[0], 'the first point').value;
    default:
      return unreachable(delay);
  }
}

/** The most that can be drawn. */
export function maximumOf(delay: Delay): Microseconds {
  switch (delay.kind) {
    case 'constant':
      return delay.value;
    case 'uniform':
    case 'exponential':
      return delay.maximum;
    case 'quantiles':
      return defined(delay.points.at(-1), 'the last point').value;
    default:
      return unreachable(delay);
  }
}

/** The value that `perMille` of 1,000 draws do not exceed: the minimum at 0, the maximum at 1,000. */
export function quantileOf(delay: Delay, perMille: number): Microseconds {
  assert(
    Number.isInteger(perMille) && perMille >= 0 && perMille <= 1000,
    `not a number per mille: ${perMille}`,
  );
  if (perMille === 1000) return maximumOf(delay);
  switch (delay.kind) {
    case 'constant':
      return delay.value;
    case 'uniform':
      return between(delay.minimum, delay.maximum, perMille, 1000);
    case 'exponential': {
      const position = Math.floor((perMille * twoTo32) / 1000);
      return Math.min(delay.maximum, exponentialQuantile(delay.mean, position));
    }
    case 'quantiles': {
      const { start, end } = cellAt(delay.points, perMille);
      const span = end.perMille - start.perMille;
      return between(start.value, end.value, perMille - start.perMille, span);
    }
    default:
      return unreachable(delay);
  }
}

/** The two neighbours with `start.perMille <= perMille < end.perMille`. */
function cellAt(
  points: readonly QuantilePoint[],
  perMille: number,
): { readonly start: QuantilePoint; readonly end: QuantilePoint } {
  const index = points.findIndex((point) => point.perMille > perMille);
  const start = defined(points[index - 1], `the point at or below ${perMille} per mille`);
  const end = defined(points[index], `the point above ${perMille} per mille`);
  return { start, end };
}

/** The point `part` / `whole` of the way from `start` to `end`, rounded down. */
function between(start: number, end: number, part: number, whole: number): number {
  const distance = end - start;
  const quotient = Math.floor(distance / whole);
  return start + quotient * part + Math.floor(((distance % whole) * part) / whole);
}
