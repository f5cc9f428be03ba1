import { noKey } from './kernel.ts';
import type { Xfrm } from './xfrm.ts';

/**
 * Counts distinct keys, as `cilium-dbg encrypt status` does ("Keys in use"; cilium:
 * cilium-dbg/cmd/encrypt_status.go). One counter serves any number of kernels, so that counting
 * leaves no garbage.
 */
export class KeyCounter {
  /** By key handle, the last count in which the key was seen. */
  #seenIn = new Uint32Array(64);
  #counts = 0;

  /** The number of distinct keys over all states of a kernel. */
  distinctKeys(xfrm: Xfrm): number {
    this.#counts += 1;
    let keys = 0;
    for (const { key } of xfrm.states()) {
      if (key === noKey) continue;
      if (key >= this.#seenIn.length) this.#growBeyond(key);
      if (this.#seenIn[key] === this.#counts) continue;
      this.#seenIn[key] = this.#counts;
      keys += 1;
    }
    return keys;
  }

  #growBeyond(key: number): void {
    const grown = new Uint32Array(key * 2);
    grown.set(this.#seenIn);
    this.#seenIn = grown;
  }
}
