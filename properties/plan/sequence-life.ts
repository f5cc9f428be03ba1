import type { Microseconds } from '../../model/time.ts';

/** How long the sequence numbers of the busiest tunnel last. */
export interface SequenceLife {
  readonly packetsPerSecond: number;
  /** 32 bits: keys without `+`, up to v1.16. In microseconds. */
  readonly bits32: Microseconds;
  /** 64 bits: extended sequence numbers (RFC 4304). In years. */
  readonly yearsOf64Bits: number;
  /** Whether the key of this scenario has 32 bits only. */
  readonly isShort: boolean;
}

const secondsPerYear = 365.25 * 24 * 3600;
const twoTo32 = 0x1_0000_0000;

/** A state sends at most 2^32 - 1 packets, or 2^64 - 1 (Linux: net/xfrm/xfrm_replay.c). */
export function sequenceLife(packetsPerSecond: number, isShort: boolean): SequenceLife {
  return {
    packetsPerSecond,
    bits32: Math.floor(((twoTo32 - 1) * 1e6) / packetsPerSecond),
    yearsOf64Bits: (twoTo32 * twoTo32) / packetsPerSecond / secondsPerYear,
    isShort,
  };
}
