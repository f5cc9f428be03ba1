import { bytesToHex } from '@noble/hashes/utils.js';
import { type PRNG } from 'seedrandom';
import alea from 'seedrandom/lib/alea.js';
import { AssertionError } from '../model/assert.ts';

const twoTo16 = 0x1_0000;
const twoTo32 = 0x1_0000_0000;

/**
 * A sequence of draws that its seed alone decides. Integer arithmetic throughout, so that every
 * JavaScript engine draws the same.
 */
export class Stream {
  readonly #generator: PRNG;

  constructor(seed: string) {
    this.#generator = alea(seed);
  }

  /**
   * An integer from 0 up to, and not with, `limit`, which is at most 2^53 - 1. A choice among one
   * draws nothing. Otherwise one 32-bit word w makes floor(w * limit / 2^32), and above a limit of
   * 2^32 two words do, over 2^64: no integer's odds are off by more than 2^-32. A larger limit
   * never makes a smaller integer of the same word, so runs that differ in a delay stay comparable.
   */
  integer(limit: number): number {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new AssertionError(`cannot draw an integer below ${String(limit)}`);
    }
    if (limit === 1) return 0;
    if (limit > twoTo32) return this.#largeInteger(limit);
    const word = this.#generator.int32() >>> 0;
    // The product has up to 64 bits and a number holds 53, so it is formed from two halves.
    const high = Math.floor(limit / twoTo16);
    const low = limit - high * twoTo16;
    return Math.floor((word * high + Math.floor((word * low) / twoTo16)) / twoTo16);
  }

  #largeInteger(limit: number): number {
    const high = BigInt(this.#generator.int32() >>> 0);
    const low = BigInt(this.#generator.int32() >>> 0);
    return Number((((high << 32n) | low) * BigInt(limit)) >> 64n);
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i += 1) bytes[i] = this.integer(256);
    return bytes;
  }

  /** That many bytes in hexadecimal: two digits a byte. */
  hex(byteCount: number): string {
    return bytesToHex(this.bytes(byteCount));
  }

  /** The same items in an order drawn, all orders being equally likely (Fisher and Yates). */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const order = [...items];
    for (let last = order.length - 1; last > 0; last -= 1) {
      const chosen = this.integer(last + 1);
      const item = order[chosen] as Item;
      order[chosen] = order[last] as Item;
      order[last] = item;
    }
    return order;
  }
}
