const none = -1;
const initialCapacity = 8;

/**
 * Items under 32-bit hashes: a hash table with chains in typed arrays. It stores and finds by hash
 * alone; the caller computes the hash and compares the items, so a lookup needs neither a key object
 * nor a closure. Several items may share a hash.
 */
export class HashIndex<T> {
  #size = 0;
  /** Entries ever used; those given back stand in the chain that starts at `#free`. */
  #used = 0;
  #free = none;
  #heads = new Int32Array(initialCapacity).fill(none);
  #next = new Int32Array(initialCapacity);
  #hashes = new Int32Array(initialCapacity);
  readonly #items: (T | undefined)[] = [];

  get size(): number {
    return this.#size;
  }

  add(hash: number, item: T): void {
    if (this.#free === none && this.#used === this.#next.length) this.#grow();
    const entry = this.#take();
    const bucket = hash & (this.#heads.length - 1);
    this.#items[entry] = item;
    this.#hashes[entry] = hash;
    this.#next[entry] = this.#heads[bucket] as number;
    this.#heads[bucket] = entry;
    this.#size += 1;
  }

  /** Removes the item that was added under this hash. False if it is not there. */
  remove(hash: number, item: T): boolean {
    const bucket = hash & (this.#heads.length - 1);
    let before = none;
    let entry = this.#heads[bucket] as number;
    while (entry !== none && this.#items[entry] !== item) {
      before = entry;
      entry = this.#next[entry] as number;
    }
    if (entry === none) return false;
    const after = this.#next[entry] as number;
    if (before === none) this.#heads[bucket] = after;
    else this.#next[before] = after;
    this.#giveBack(entry);
    return true;
  }

  /** The first entry under the hash, or -1. */
  first(hash: number): number {
    return this.#seek(this.#heads[hash & (this.#heads.length - 1)] as number, hash | 0);
  }

  /** The next entry under the same hash, or -1. */
  after(entry: number): number {
    return this.#seek(this.#next[entry] as number, this.#hashes[entry] as number);
  }

  /** The item of an entry that `first` or `after` returned. */
  at(entry: number): T {
    return this.#items[entry] as T;
  }

  #seek(from: number, hash: number): number {
    let entry = from;
    while (entry !== none && this.#hashes[entry] !== hash) entry = this.#next[entry] as number;
    return entry;
  }

  #take(): number {
    if (this.#free === none) return this.#used++;
    const entry = this.#free;
    this.#free = this.#next[entry] as number;
    return entry;
  }

  #giveBack(entry: number): void {
    this.#items[entry] = undefined;
    this.#next[entry] = this.#free;
    this.#free = entry;
    this.#size -= 1;
  }

  /** Doubles the table. Called when every entry is in use, so all of them are rehung. */
  #grow(): void {
    const capacity = this.#next.length * 2;
    const heads = new Int32Array(capacity).fill(none);
    const next = new Int32Array(capacity);
    const hashes = new Int32Array(capacity);
    hashes.set(this.#hashes);
    for (let entry = 0; entry < this.#used; entry += 1) {
      const bucket = (hashes[entry] as number) & (capacity - 1);
      next[entry] = heads[bucket] as number;
      heads[bucket] = entry;
    }
    this.#heads = heads;
    this.#next = next;
    this.#hashes = hashes;
  }
}
