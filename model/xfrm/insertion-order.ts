import { Walk } from './walk.ts';

/** What an item brings along to stand in an {@link InsertionOrder}. */
export interface Ordered<T> {
  nextInserted: T | undefined;
  readonly isDeleted: boolean;
}

/**
 * Items in the order of their insertion: a chain through the items, eight octets each. Deleted ones
 * stay in the chain until they are the majority, and are passed over. The items may be changed in
 * any way while one walks: what is deleted is not met any more, what is added is met at the end.
 */
export class InsertionOrder<T extends Ordered<T>> implements Iterable<T> {
  #first: T | undefined;
  #last: T | undefined;
  #size = 0;
  #deleted = 0;

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    if (this.#last === undefined) this.#first = item;
    else this.#last.nextInserted = item;
    this.#last = item;
    this.#size += 1;
  }

  /** To be called once an item has become `isDeleted`. */
  noteDeletion(): void {
    this.#size -= 1;
    this.#deleted += 1;
    if (this.#deleted > this.#size) this.#sweep();
  }

  [Symbol.iterator](): Walk<T> {
    let last: T | undefined;
    return new Walk(() => {
      let item = last === undefined ? this.#first : last.nextInserted;
      while (item?.isDeleted === true) item = item.nextInserted;
      last = item ?? last;
      return item;
    });
  }

  /**
   * Unlinks the deleted items. They keep their own link, and the last item stays even if it is
   * deleted: so whoever stands at a deleted item still finds the way to all that come after it.
   */
  #sweep(): void {
    const last = this.#last;
    let kept: T | undefined;
    for (let item = this.#first; item !== undefined; item = item.nextInserted) {
      if (item.isDeleted && item !== last) continue;
      if (kept === undefined) this.#first = item;
      else kept.nextInserted = item;
      kept = item;
    }
    this.#deleted = last?.isDeleted === true ? 1 : 0;
  }
}
