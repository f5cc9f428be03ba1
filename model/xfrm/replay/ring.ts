import { uint32Column } from '../../columns.ts';
import type { StateActivity } from '../activity.ts';

/**
 * The ring of bits of a replay window larger than a word. The top number owns bit
 * `(top - 1 mod 2^32) mod window`, its predecessors the bits before it, around the ring. Where the
 * window does not divide 2^32, the ring is therefore out of step after the first packet of a fresh
 * state and after each wrap of the low half, exactly as in the kernel: a copy may pass there.
 * Source: Linux 6.1, net/xfrm/xfrm_replay.c, xfrm_replay_advance_bmp, xfrm_replay_advance_esn.
 */
export function hasBit(activity: StateActivity, window: number, age: number): boolean {
  const { ring } = activity;
  if (ring === undefined) return false;
  const bit = bitOf(activity.topLow, window, age);
  return ((ring[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
}

/** Records the number that is `age` below the top. */
export function setBit(activity: StateActivity, window: number, age: number): void {
  const bit = bitOf(activity.topLow, window, age);
  mark(ringOf(activity, window), bit);
}

/** Moves the top up to `sequence`, `distance` above it, forgets what falls out, and records it. */
export function slide(
  activity: StateActivity,
  window: number,
  sequence: number,
  distance: number,
): void {
  const ring = ringOf(activity, window);
  const position = positionOf(activity.topLow, window);
  if (distance < window) clearBits(ring, window, position, distance);
  else ring.fill(0);
  const bit = ((position + distance) >>> 0) % window;
  mark(ring, bit);
  activity.topLow = sequence;
}

function mark(ring: Uint32Array, bit: number): void {
  ring[bit >>> 5] = (ring[bit >>> 5] as number) | (1 << (bit & 31));
}

function clearBits(ring: Uint32Array, window: number, position: number, distance: number): void {
  for (let step = 1; step < distance; step += 1) {
    const bit = (position + step) % window;
    ring[bit >>> 5] = (ring[bit >>> 5] as number) & ~(1 << (bit & 31));
  }
}

function ringOf(activity: StateActivity, window: number): Uint32Array {
  activity.ring ??= uint32Column((window + 31) >>> 5);
  return activity.ring;
}

function positionOf(top: number, window: number): number {
  return ((top - 1) >>> 0) % window;
}

function bitOf(top: number, window: number, age: number): number {
  const position = positionOf(top, window);
  return position >= age ? position - age : window - (age - position);
}
