import { finish, mix } from '../hash.ts';
import { noKey } from './kernel.ts';
import type { Xfrm } from './xfrm.ts';

const twoTo20 = 0x10_0000;

/**
 * Counts distinct keys, as `cilium-dbg encrypt status` does ("Keys in use"; cilium:
 * cilium-dbg/cmd/encrypt_status.go). One counter serves any number of kernels, so that counting
 * leaves no garbage: its table is written over, and each slot says in which count it was written.
 */
export class KeyCounter {
  /** Open addressing; twice as many slots as there can be keys, and a power of two. */
  #keys = new Float64Array(64);
  #writtenIn = new Uint32Array(64);
  #counts = 0;

  /** The number of distinct keys over all states of a kernel. */
  distinctKeys(xfrm: Xfrm): number {
    this.#makeRoomFor(xfrm.stateCount);
    this.#counts += 1;
    let keys = 0;
    for (const key of xfrm.keys()) {
      if (key !== noKey && this.#isNew(key)) keys += 1;
    }
    return keys;
  }

  /** Whether the key was not seen in this count before. */
  #isNew(key: number): boolean {
    const mask = this.#keys.length - 1;
    const high = Math.floor(key / twoTo20);
    let slot = finish(mix(high, key - high * twoTo20)) & mask;
    while (this.#writtenIn[slot] === this.#counts) {
      if (this.#keys[slot] === key) return false;
      slot = (slot + 1) & mask;
    }
    this.#keys[slot] = key;
    this.#writtenIn[slot] = this.#counts;
    return true;
  }

  #makeRoomFor(states: number): void {
    let slots = this.#keys.length;
    while (slots < 2 * states) slots *= 2;
    if (slots === this.#keys.length) return;
    this.#keys = new Float64Array(slots);
    this.#writtenIn = new Uint32Array(slots);
  }
}
