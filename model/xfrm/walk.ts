/**
 * A walk over what may come and go meanwhile: asked for the next item, one at a time, it answers
 * undefined after the last. Not a generator, since to resume one takes longer than all the rest of a
 * step, and every agent lists all states each minute.
 */
export class Walk<T> implements IterableIterator<T, undefined> {
  readonly #step: () => T | undefined;
  #isOver = false;

  constructor(step: () => T | undefined) {
    this.#step = step;
  }

  next(): IteratorResult<T, undefined> {
    const value = this.#isOver ? undefined : this.#step();
    if (value !== undefined) return { done: false, value };
    this.#isOver = true;
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}
