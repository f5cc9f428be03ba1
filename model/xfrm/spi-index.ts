import type { Address } from '../address.ts';
import { finish, mix } from '../hash.ts';
import { HashIndex } from './hash-index.ts';
import type { Mark } from './mark.ts';
import type { XfrmState } from './state.ts';

/** A mask under which states match, and what is known of the values of those states. */
interface MaskInUse {
  readonly mask: number;
  count: number;
  /** The value of one of the states. */
  readonly sample: number;
  /** The bits in which a value ever differed from the sample: all agree on the others. */
  differing: number;
}

/**
 * States by destination, SPI and mark. In a Cilium cluster all input states of a node have the same
 * destination and SPI, and the mark alone tells thousands of peers apart. A mark matches under the
 * state's own mask, so there is one probe for each distinct mask in use (tuple space search;
 * Srinivasan, Suri, Varghese 1999): two or three in practice.
 * Most of them are saved, because states of one mask have bits in common (Cilium: input or output).
 */
export class SpiIndex {
  readonly #states = new HashIndex<XfrmState>(hashOf);
  readonly #masks: MaskInUse[] = [];

  add(state: XfrmState): void {
    const mask = state.shape.markMask | 0;
    const known = this.#masks.find((used) => used.mask === mask);
    if (known === undefined) {
      this.#masks.push({ mask, count: 1, sample: state.markBits, differing: 0 });
    } else {
      known.count += 1;
      known.differing |= state.markBits ^ known.sample;
    }
    this.#states.add(state);
  }

  remove(state: XfrmState): void {
    if (!this.#states.remove(state)) return;
    const mask = state.shape.markMask | 0;
    const at = this.#masks.findIndex((used) => used.mask === mask);
    const used = this.#masks[at] as MaskInUse;
    used.count -= 1;
    if (used.count === 0) this.#masks.splice(at, 1);
  }

  /**
   * The state that the kernel finds first: the newest, until the tables grow and turn the order
   * around. SPI 0 is never found, because such states are not in the kernel's table by SPI.
   * Source: Linux 6.1, net/xfrm/xfrm_state.c, __xfrm_state_lookup.
   */
  find(destination: Address, spi: number, packetMark: number): XfrmState | undefined {
    return this.#best(destination, spi, packetMark, newer);
  }

  /**
   * As `find`, but states that were found by an earlier packet come first, the latest of them at
   * the head (Linux 6.12, net/xfrm/xfrm_state.c, xfrm_input_state_lookup; one CPU).
   */
  findUsedFirst(destination: Address, spi: number, packetMark: number): XfrmState | undefined {
    return this.#best(destination, spi, packetMark, usedOrNewer);
  }

  /** How many distinct masks are in use: the number of `candidate`s. */
  get maskCount(): number {
    return this.#masks.length;
  }

  /**
   * The state whose mark, under the n-th mask in use, matches. SPI 0 aside there is at most one,
   * because a second could not have been added.
   */
  candidate(
    n: number,
    destination: Address,
    spi: number,
    packetMark: number,
  ): XfrmState | undefined {
    const { mask, sample, differing } = this.#masks[n] as MaskInUse;
    const value = packetMark & mask;
    if (((value ^ sample) & ~differing) !== 0) return undefined;
    return this.#probe(destination, spi, mask, value);
  }

  /** The newest state with exactly this key, whatever its SPI; `mark` is compared bit for bit. */
  findExact(destination: Address, spi: number, mark: Mark): XfrmState | undefined {
    return this.#probe(destination, spi, mark.mask | 0, mark.value | 0);
  }

  #best(
    destination: Address,
    spi: number,
    packetMark: number,
    precedes: (a: XfrmState, b: XfrmState) => boolean,
  ): XfrmState | undefined {
    if (spi === 0) return undefined;
    let best: XfrmState | undefined;
    for (let i = 0; i < this.#masks.length; i += 1) {
      const state = this.candidate(i, destination, spi, packetMark);
      if (state !== undefined && (best === undefined || precedes(state, best))) best = state;
    }
    return best;
  }

  #probe(destination: Address, spi: number, mask: number, value: number): XfrmState | undefined {
    let best: XfrmState | undefined;
    let state = this.#states.bucket(hashKey(destination, spi, mask, value));
    for (; state !== undefined; state = state.nextInBucket) {
      if (
        state.markBits === value &&
        state.spi === spi &&
        state.destination === destination &&
        (state.shape.markMask | 0) === mask &&
        (best === undefined || newer(state, best))
      ) {
        best = state;
      }
    }
    return best;
  }
}

function newer(a: XfrmState, b: XfrmState): boolean {
  return a.rank > b.rank;
}

function usedOrNewer(a: XfrmState, b: XfrmState): boolean {
  const usedA = a.activity?.cacheRank ?? 0;
  const usedB = b.activity?.cacheRank ?? 0;
  return usedA === usedB ? newer(a, b) : usedA > usedB;
}

function hashOf(state: XfrmState): number {
  return hashKey(state.destination, state.spi, state.shape.markMask | 0, state.markBits);
}

/** Odd, and unlike each other: they keep SPI, mask and value apart in one round of mixing. */
const spiFactor = 0x9e3779b1;
const maskFactor = 0x85ebca77;

function hashKey(destination: Address, spi: number, mask: number, value: number): number {
  return finish(
    mix(destination.hash ^ Math.imul(spi, spiFactor), value ^ Math.imul(mask, maskFactor)),
  );
}
