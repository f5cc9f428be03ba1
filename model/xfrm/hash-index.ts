const initialBuckets = 8;

/** What an item brings along to stand in a {@link HashIndex}: the link to the next in its bucket. */
export interface Chained<T> {
  nextInBucket: T | undefined;
}

/**
 * Items under 32-bit hashes. The chains run through the items themselves, so that there is no entry
 * to allocate and a lookup touches nothing but the bucket and the items in it. The caller walks a
 * bucket and compares, which needs neither a key object nor a closure. An item is in one index only.
 */
export class HashIndex<T extends Chained<T>> {
  readonly #hashOf: (item: T) => number;
  #heads: (T | undefined)[] = emptyBuckets(initialBuckets);
  #size = 0;

  /** `hashOf` must answer the same as long as the item is in the index. */
  constructor(hashOf: (item: T) => number) {
    this.#hashOf = hashOf;
  }

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    if (this.#size === this.#heads.length) this.#grow();
    this.#push(item);
    this.#size += 1;
  }

  /** Removes the item. False if it is not there. */
  remove(item: T): boolean {
    const bucket = this.#hashOf(item) & (this.#heads.length - 1);
    const head = this.#heads[bucket];
    if (head === item) {
      this.#heads[bucket] = item.nextInBucket;
    } else {
      let before = head;
      while (before !== undefined && before.nextInBucket !== item) before = before.nextInBucket;
      if (before === undefined) return false;
      before.nextInBucket = item.nextInBucket;
    }
    item.nextInBucket = undefined;
    this.#size -= 1;
    return true;
  }

  /**
   * The first item of the bucket in which those with this hash are, among others; the rest follow by
   * `nextInBucket`.
   */
  bucket(hash: number): T | undefined {
    return this.#heads[hash & (this.#heads.length - 1)];
  }

  #push(item: T): void {
    const bucket = this.#hashOf(item) & (this.#heads.length - 1);
    item.nextInBucket = this.#heads[bucket];
    this.#heads[bucket] = item;
  }

  #grow(): void {
    const old = this.#heads;
    this.#heads = emptyBuckets(old.length * 2);
    for (const head of old) {
      let item = head;
      while (item !== undefined) {
        const after: T | undefined = item.nextInBucket;
        this.#push(item);
        item = after;
      }
    }
  }
}

/** A power of two of empty buckets. */
export function emptyBuckets<T>(count: number): (T | undefined)[] {
  return new Array<T | undefined>(count).fill(undefined);
}
