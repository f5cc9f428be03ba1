import type { Address } from '../../address.ts';
import type { StateConfig } from '../config.ts';
import { destinationHash } from '../destination-table.ts';

/**
 * The kernel's two state tables as plain lists, head first, without any index: what the model's
 * tables are compared with. The list by SPI is one for all buckets, since only its order matters.
 */
export class ReferenceTables {
  #buckets: StateConfig[][] = Array.from({ length: 8 }, () => []);
  #bySpi: StateConfig[] = [];

  get size(): number {
    return this.#bySpi.length;
  }

  get bucketCount(): number {
    return this.#buckets.length;
  }

  add(state: StateConfig): void {
    const bucket = this.bucket(state.destination, state.source, state.shape.reqid);
    const collides = bucket.length > 0;
    bucket.unshift(state);
    this.#bySpi.unshift(state);
    if (collides && this.size > this.#buckets.length - 1) this.#grow();
  }

  remove(state: StateConfig): void {
    const bucket = this.bucket(state.destination, state.source, state.shape.reqid);
    bucket.splice(bucket.indexOf(state), 1);
    this.#bySpi.splice(this.#bySpi.indexOf(state), 1);
  }

  find(destination: Address, spi: number, mark: number): StateConfig | undefined {
    return this.#bySpi.find(
      (state) =>
        spi !== 0 &&
        state.destination === destination &&
        state.spi === spi &&
        ((mark ^ state.markValue) & state.shape.markMask) === 0,
    );
  }

  bucket(destination: Address, source: Address | undefined, reqid: number): StateConfig[] {
    const index = destinationHash(destination, source, reqid) & (this.#buckets.length - 1);
    return this.#buckets[index] as StateConfig[];
  }

  #grow(): void {
    const walk = this.#buckets.toReversed().flat();
    this.#buckets = Array.from({ length: this.#buckets.length * 2 }, () => []);
    this.#bySpi = [];
    for (const state of walk) {
      this.bucket(state.destination, state.source, state.shape.reqid).unshift(state);
      this.#bySpi.unshift(state);
    }
  }
}
