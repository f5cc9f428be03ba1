import type { Address } from '../address.ts';
import { finish, mix } from '../hash.ts';
import type { AwakeStates } from './awake-states.ts';
import type { StateShape } from './config.ts';
import type { Mark } from './mark.ts';
import { RowChains } from './row-chains.ts';
import { noRow, type RowFollower, type StateRows } from './state-rows.ts';

const initialBuckets = 8;

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
export class SpiIndex implements RowFollower {
  readonly #rows: StateRows;
  readonly #awake: AwakeStates;
  #chains = new RowChains(initialBuckets);
  #count = 0;
  readonly #masks: MaskInUse[] = [];

  constructor(rows: StateRows, awake: AwakeStates) {
    this.#rows = rows;
    this.#awake = awake;
  }

  add(row: number): void {
    const mask = this.#maskOf(row);
    const value = this.#rows.markBits[row] as number;
    const known = this.#masks[this.#placeOf(mask)];
    if (known === undefined) {
      this.#masks.push({ mask, count: 1, sample: value, differing: 0 });
    } else {
      known.count += 1;
      known.differing |= value ^ known.sample;
    }
    if (this.#count === this.#chains.buckets) this.#grow();
    this.#chains.push(row, this.#hashOf(row));
    this.#count += 1;
  }

  /** The row must be in the index. */
  remove(row: number): void {
    this.#chains.remove(row, this.#hashOf(row));
    this.#count -= 1;
    const at = this.#placeOf(this.#maskOf(row));
    const used = this.#masks[at] as MaskInUse;
    used.count -= 1;
    if (used.count === 0) this.#masks.splice(at, 1);
  }

  rowsMoved(moved: Int32Array): void {
    this.#chains.rowsMoved(moved);
  }

  /**
   * The state that the kernel finds first: the newest, until the tables grow and turn the order
   * around. SPI 0 is never found, because such states are not in the kernel's table by SPI.
   * Source: Linux 6.1, net/xfrm/xfrm_state.c, __xfrm_state_lookup.
   */
  find(destination: Address, spi: number, packetMark: number): number {
    let best = noRow;
    if (spi === 0) return best;
    for (let n = 0; n < this.#masks.length; n += 1) {
      const row = this.candidate(n, destination, spi, packetMark);
      if (row !== noRow && (best === noRow || this.#isNewer(row, best))) best = row;
    }
    return best;
  }

  /**
   * As `find`, but states that were found by an earlier packet come first, the latest of them at
   * the head (Linux 6.12, net/xfrm/xfrm_state.c, xfrm_input_state_lookup; one CPU).
   */
  findUsedFirst(destination: Address, spi: number, packetMark: number): number {
    let best = noRow;
    let bestUse = 0;
    if (spi === 0) return best;
    for (let n = 0; n < this.#masks.length; n += 1) {
      const row = this.candidate(n, destination, spi, packetMark);
      if (row === noRow) continue;
      const use = this.#awake.get(row)?.activity?.cacheRank ?? 0;
      const precedes = use === bestUse ? this.#isNewer(row, best) : use > bestUse;
      if (best !== noRow && !precedes) continue;
      best = row;
      bestUse = use;
    }
    return best;
  }

  /** How many distinct masks are in use: the number of `candidate`s. */
  get maskCount(): number {
    return this.#masks.length;
  }

  /**
   * The state whose mark, under the n-th mask in use, matches. SPI 0 aside there is at most one,
   * because a second could not have been added.
   */
  candidate(n: number, destination: Address, spi: number, packetMark: number): number {
    const { mask, sample, differing } = this.#masks[n] as MaskInUse;
    const value = packetMark & mask;
    if (((value ^ sample) & ~differing) !== 0) return noRow;
    return this.#probe(destination, spi, mask, value);
  }

  /** The newest state with exactly this key, whatever its SPI; `mark` is compared bit for bit. */
  findExact(destination: Address, spi: number, mark: Mark): number {
    return this.#probe(destination, spi, mark.mask | 0, mark.value | 0);
  }

  #probe(destination: Address, spi: number, mask: number, value: number): number {
    const rows = this.#rows;
    let best = noRow;
    let row = this.#chains.first(hashKey(destination, spi, mask, value));
    for (; row !== noRow; row = this.#chains.after(row)) {
      if (
        rows.markBits[row] === value &&
        rows.spi[row] === spi &&
        rows.destination[row] === destination &&
        this.#maskOf(row) === mask &&
        (best === noRow || this.#isNewer(row, best))
      ) {
        best = row;
      }
    }
    return best;
  }

  #isNewer(row: number, other: number): boolean {
    const { rank } = this.#rows;
    return (rank[row] as number) > (rank[other] as number);
  }

  #maskOf(row: number): number {
    return (this.#rows.shape[row] as StateShape).markMask | 0;
  }

  #placeOf(mask: number): number {
    for (let n = 0; n < this.#masks.length; n += 1) {
      if ((this.#masks[n] as MaskInUse).mask === mask) return n;
    }
    return -1;
  }

  #hashOf(row: number): number {
    const { destination, spi, markBits } = this.#rows;
    return hashKey(
      destination[row] as Address,
      spi[row] as number,
      this.#maskOf(row),
      markBits[row] as number,
    );
  }

  #grow(): void {
    const old = this.#chains;
    this.#chains = new RowChains(old.buckets * 2);
    for (let bucket = 0; bucket < old.buckets; bucket += 1) {
      for (let row = old.firstOf(bucket); row !== noRow; row = old.after(row)) {
        this.#chains.push(row, this.#hashOf(row));
      }
    }
  }
}

/** Odd, and unlike each other: they keep SPI, mask and value apart in one round of mixing. */
const spiFactor = 0x9e3779b1;
const maskFactor = 0x85ebca77;

function hashKey(destination: Address, spi: number, mask: number, value: number): number {
  return finish(
    mix(destination.hash ^ Math.imul(spi, spiFactor), value ^ Math.imul(mask, maskFactor)),
  );
}
