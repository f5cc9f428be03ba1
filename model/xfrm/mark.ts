/**
 * A packet mark and the bits of it that count. A packet with mark m matches when
 * `(m & mask) === value`. Both are unsigned 32-bit.
 */
export interface Mark {
  readonly value: number;
  readonly mask: number;
}

/** The mark that every packet matches: what the kernel keeps where none was given. */
export const anyMark: Mark = { value: 0, mask: 0 };

/** Whether a packet's mark matches (`xfrm_state` and `xfrm_policy` lookup in the kernel). */
export function matchesMark(mark: Mark, packetMark: number): boolean {
  return (packetMark & mark.mask) >>> 0 === mark.value;
}

/** The packet's mark after an output mark was set: `(value & mask) | (old & ~mask)`. */
export function applyMark(mark: Mark, packetMark: number): number {
  return ((mark.value & mark.mask) | (packetMark & ~mark.mask)) >>> 0;
}
