import { int32Column } from '../columns.ts';
import { noRow } from './state-rows.ts';

/**
 * Rows under hashes: for each bucket a chain, newest first. Two columns of numbers, so that a chain
 * costs no objects. Whoever uses it says when the buckets become more, and refills them.
 */
export class RowChains {
  #heads: Int32Array;
  #next: Int32Array;

  /** `buckets` must be a power of two. */
  constructor(buckets: number) {
    this.#heads = int32Column(buckets).fill(noRow);
    this.#next = int32Column(buckets);
  }

  get buckets(): number {
    return this.#heads.length;
  }

  /** The first row of the bucket of this hash; the others follow by `after`. */
  first(hash: number): number {
    return this.#heads[hash & (this.#heads.length - 1)] as number;
  }

  after(row: number): number {
    return this.#next[row] as number;
  }

  /** The first row of the bucket with this number. */
  firstOf(bucket: number): number {
    return this.#heads[bucket] as number;
  }

  push(row: number, hash: number): void {
    if (row >= this.#next.length) this.#makeRoomFor(row);
    const bucket = hash & (this.#heads.length - 1);
    this.#next[row] = this.#heads[bucket] as number;
    this.#heads[bucket] = row;
  }

  /** The row must be in the bucket of this hash. */
  remove(row: number, hash: number): void {
    const bucket = hash & (this.#heads.length - 1);
    const after = this.#next[row] as number;
    let before = this.#heads[bucket] as number;
    if (before === row) {
      this.#heads[bucket] = after;
      return;
    }
    while (this.#next[before] !== row) before = this.#next[before] as number;
    this.#next[before] = after;
  }

  rowsMoved(moved: Int32Array): void {
    for (const [bucket, row] of this.#heads.entries()) {
      if (row !== noRow) this.#heads[bucket] = moved[row] as number;
    }
    // A row never moves to a higher number, so what is written here has been read already.
    for (const [row, to] of moved.entries()) {
      if (to === noRow) continue;
      const after = this.#next[row] as number;
      this.#next[to] = after === noRow ? noRow : (moved[after] as number);
    }
  }

  #makeRoomFor(row: number): void {
    const larger = int32Column(Math.max(row + 1, 2 * this.#next.length));
    larger.set(this.#next);
    this.#next = larger;
  }
}
