import type { Address } from '../address.ts';
import { emptyBuckets } from './hash-index.ts';
import type { XfrmState } from './state.ts';

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
export class DestinationTable {
  #heads: (XfrmState | undefined)[] = emptyBuckets(initialBuckets);
  #count = 0;
  #lastRank = 0;

  get buckets(): number {
    return this.#heads.length;
  }

  /** The bucket's states, in the kernel's order, follow by `nextByDestination`. */
  bucket(destination: Address, source: Address | undefined, reqid: number): XfrmState | undefined {
    const hash = destinationHash(destination, source, reqid);
    return this.#heads[hash & (this.#heads.length - 1)];
  }

  add(state: XfrmState): void {
    const collides = this.#push(state, this.#heads);
    this.#count += 1;
    if (collides && this.#count >= this.#heads.length && this.#heads.length < maximumBuckets) {
      this.#grow();
    }
  }

  /** The state must be in the table. */
  remove(state: XfrmState): void {
    const bucket = bucketOf(state, this.#heads);
    let before = this.#heads[bucket] as XfrmState;
    if (before === state) {
      this.#heads[bucket] = state.nextByDestination;
    } else {
      while (before.nextByDestination !== state) before = before.nextByDestination as XfrmState;
      before.nextByDestination = state.nextByDestination;
    }
    state.nextByDestination = undefined;
    this.#count -= 1;
  }

  /** Whether the state lies in the bucket of this destination and source, with its own reqid. */
  isInBucket(state: XfrmState, destination: Address, source: Address | undefined): boolean {
    const { reqid } = state.shape;
    const distance =
      destinationHash(state.destination, state.source, reqid) ^
      destinationHash(destination, source, reqid);
    return (distance & (this.#heads.length - 1)) === 0;
  }

  /** Puts the state at the head of its bucket. True if the bucket was not empty. */
  #push(state: XfrmState, heads: (XfrmState | undefined)[]): boolean {
    const bucket = bucketOf(state, heads);
    const head = heads[bucket];
    state.nextByDestination = head;
    heads[bucket] = state;
    this.#lastRank += 1;
    state.rank = this.#lastRank;
    return head !== undefined;
  }

  /** The kernel's worker does this a moment after the insert; here it happens at once. */
  #grow(): void {
    const heads = emptyBuckets<XfrmState>(this.#heads.length * 2);
    for (let bucket = this.#heads.length - 1; bucket >= 0; bucket -= 1) {
      let state = this.#heads[bucket];
      while (state !== undefined) {
        const after: XfrmState | undefined = state.nextByDestination;
        this.#push(state, heads);
        state = after;
      }
    }
    this.#heads = heads;
  }
}

function bucketOf(state: XfrmState, heads: readonly (XfrmState | undefined)[]): number {
  const hash = destinationHash(state.destination, state.source, state.shape.reqid);
  return hash & (heads.length - 1);
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
