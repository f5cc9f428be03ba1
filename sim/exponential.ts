/**
 * The exponential distribution in integers, for `Math.log` may differ between JavaScript engines.
 *
 * The distribution has no memory: above its median it is the whole distribution again, moved up by
 * the median. So the table covers the half below, and each leading 1 of the position adds ln 2.
 *
 * -ln(1 - i/128) for i = 0 to 64, in units of 2^-24, made with Python 3:
 *
 *     from decimal import Decimal
 *     [int((2**24 * -(1 - Decimal(i) / 128).ln()).to_integral_value()) for i in range(65)]
 */
const lowerHalf: readonly number[] = [
  0, 131587, 264214, 397897, 532655, 668503, 805461, 943546, 1082777, 1223173, 1364753, 1507539,
  1651550, 1796809, 1943335, 2091153, 2240285, 2390754, 2542585, 2695803, 2850433, 3006501, 3164035,
  3323062, 3483610, 3645710, 3809392, 3974686, 4141625, 4310242, 4480570, 4652646, 4826504, 5002184,
  5179722, 5359159, 5540536, 5723895, 5909281, 6096738, 6286313, 6478055, 6672013, 6868240, 7066789,
  7267716, 7471079, 7676937, 7885352, 8096389, 8310115, 8526598, 8745911, 8968129, 9193330, 9421595,
  9653009, 9887659, 10125637, 10367040, 10611968, 10860523, 11112817, 11368963, 11629080,
];

const one = 0x100_0000;
const median = lowerHalf[64] as number;

/**
 * The value below which an exponentially distributed one lies with probability `position` / 2^32,
 * where 0 <= `position` < 2^32. Rounded down, and right to 0.01 % of the mean. At most 22.2 times
 * the mean, which must fit into 53 bits.
 */
export function exponentialQuantile(mean: number, position: number): number {
  const leadingOnes = Math.clz32(~position);
  const rest = leadingOnes >= 31 ? 0 : (position << (leadingOnes + 1)) >>> 0;
  return scaled(mean, leadingOnes * median + interpolated(rest));
}

/** -ln(1 - position / 2^33): the cell is in the upper 6 bits of `position`, the place in it below. */
function interpolated(position: number): number {
  const cell = position >>> 26;
  const start = lowerHalf[cell] as number;
  const end = lowerHalf[cell + 1] as number;
  return start + Math.floor(((end - start) * (position & 0x3ff_ffff)) / 0x400_0000);
}

/** floor(value * factor / 2^24), in two halves, since a number holds only 53 bits of the product. */
function scaled(value: number, factor: number): number {
  const high = Math.floor(value / one);
  const low = value - high * one;
  return high * factor + Math.floor((low * factor) / one);
}
