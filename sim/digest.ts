import { AssertionError } from '../model/assert.ts';
import { finish, mix } from '../model/hash.ts';

const twoTo32 = 0x1_0000_0000;
/** The first word of an integer that takes three. */
const notSmall = -0x8000_0000;

/**
 * A running 64-bit hash of a sequence of integers and texts: equal runs have equal digests. Not
 * cryptographic. The second of its two 32-bit lanes hashes the values that the first goes
 * through, so that sequences on which the first lane ends alike are still told apart.
 */
export class Digest {
  #first = 0x6b657974; // 'keyt'
  #second = 0x7475726e; // 'turn'

  /**
   * Takes in a safe integer: one word if it fits into 31 bits and a sign, as most do, else three, of
   * which the first is none of those.
   */
  integer(value: number): void {
    const low = value | 0;
    if (low === value && low !== notSmall) {
      this.#word(low);
      return;
    }
    this.#word(notSmall);
    this.#word(low);
    this.#word(upperWord(value));
  }

  /** Takes in a text: its length, and its UTF-16 code units. */
  text(value: string): void {
    this.integer(value.length);
    for (let i = 0; i < value.length; i += 1) this.#word(value.charCodeAt(i));
  }

  /** The hash of all that was taken in so far: 16 hexadecimal digits. */
  hex(): string {
    return digits(this.#first) + digits(this.#second);
  }

  #word(word: number): void {
    this.#first = mix(this.#first, word);
    this.#second = mix(this.#second, this.#first);
  }
}

function upperWord(value: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new AssertionError(`cannot digest ${String(value)}: not a safe integer`);
  }
  return Math.floor(value / twoTo32) | 0;
}

function digits(lane: number): string {
  return (finish(lane) >>> 0).toString(16).padStart(8, '0');
}
