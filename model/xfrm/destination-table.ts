import type { Address } from '../address.ts';
import type { StateShape } from './config.ts';
import { RowChains } from './row-chains.ts';
import { noRow, type RowFollower, type StateRows } from './state-rows.ts';

const initialBuckets = 8;
const maximumBuckets = 1 << 20;

/**
 * The kernel's table of states by destination, source and reqid (`net->xfrm.state_bydst`), kept
 * bucket for bucket, because three things that an operator can see depend on it: which of two equal
 * states an output takes, that a growing table turns the order of states around, and that a state
 * with an unrelated source serves a template if it falls into the bucket of the unspecified source.
 * It also hands out the ranks that order states of one SPI (`byspi` is refilled in the same walk).
 * Source: Linux 6.1, net/xfrm/xfrm_state.c, xfrm_hash_resize and xfrm_hash_grow_check;
 * net/xfrm/xfrm_hash.h.
 */
export class DestinationTable implements RowFollower {
  readonly #rows: StateRows;
  #chains = new RowChains(initialBuckets);
  #count = 0;
  #lastRank = 0;

  constructor(rows: StateRows) {
    this.#rows = rows;
  }

  get buckets(): number {
    return this.#chains.buckets;
  }

  /** The first state of the bucket in the kernel's order; the others follow by `after`. */
  first(destination: Address, source: Address | undefined, reqid: number): number {
    return this.#chains.first(destinationHash(destination, source, reqid));
  }

  after(row: number): number {
    return this.#chains.after(row);
  }

  add(row: number): void {
    const collides = this.#push(row);
    this.#count += 1;
    if (collides && this.#count >= this.buckets && this.buckets < maximumBuckets) this.#grow();
  }

  /** The state must be in the table. */
  remove(row: number): void {
    this.#chains.remove(row, this.#hashOf(row));
    this.#count -= 1;
  }

  rowsMoved(moved: Int32Array): void {
    this.#chains.rowsMoved(moved);
  }

  /** From now on the state comes first among those of its SPI. */
  makeNewest(row: number): void {
    this.#lastRank += 1;
    this.#rows.rank[row] = this.#lastRank;
  }

  /** Whether the state lies in the bucket of this destination and source, with its own reqid. */
  isInBucket(row: number, destination: Address, source: Address | undefined): boolean {
    const { reqid } = this.#rows.shape[row] as StateShape;
    const distance = this.#hashOf(row) ^ destinationHash(destination, source, reqid);
    return (distance & (this.buckets - 1)) === 0;
  }

  /** Puts the state at the head of its bucket. True if the bucket was not empty. */
  #push(row: number): boolean {
    const hash = this.#hashOf(row);
    const collides = this.#chains.first(hash) !== noRow;
    this.#chains.push(row, hash);
    this.makeNewest(row);
    return collides;
  }

  /** The kernel's worker does this a moment after the insert; here it happens at once. */
  #grow(): void {
    const old = this.#chains;
    this.#chains = new RowChains(old.buckets * 2);
    for (let bucket = old.buckets - 1; bucket >= 0; bucket -= 1) {
      for (let row = old.firstOf(bucket); row !== noRow; row = old.after(row)) this.#push(row);
    }
  }

  #hashOf(row: number): number {
    const { destination, source, shape } = this.#rows;
    const { reqid } = shape[row] as StateShape;
    return destinationHash(destination[row] as Address, source[row] as Address, reqid);
  }
}

/** AF_INET and AF_INET6 on Linux. */
const familyNumber = { 4: 2, 6: 10 } as const;

/** `__xfrm_dst_hash`, before the mask. An undefined source stands for the unspecified address. */
export function destinationHash(
  destination: Address,
  source: Address | undefined,
  reqid: number,
): number {
  const addresses =
    destination.family === 4
      ? addressHash4(destination, source)
      : addressHash6(destination, source);
  const hash = familyNumber[destination.family] ^ reqid ^ addresses;
  return hash ^ (hash >>> 16);
}

/** The kernel adds the addresses as they lie in memory: on x86, with their octets reversed. */
function addressHash4(destination: Address, source: Address | undefined): number {
  const from = source === undefined ? 0 : (source.words[0] as number);
  return reverseOctets(reverseOctets(destination.words[0] as number) + reverseOctets(from));
}

function addressHash6(destination: Address, source: Address | undefined): number {
  const to = (destination.words[2] as number) ^ (destination.words[3] as number);
  return source === undefined ? to : to ^ (source.words[2] as number) ^ (source.words[3] as number);
}

function reverseOctets(word: number): number {
  return (
    (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | ((word << 24) & 0xff000000)
  );
}
