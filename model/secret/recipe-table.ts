import { assert } from '../assert.ts';
import { finish, mix } from '../hash.ts';

/** Five 32-bit integers. */
export type Recipe = readonly [number, number, number, number, number];

const width = 5;
const initialCapacity = 32;

/**
 * Numbers recipes from 1 on, equal recipes alike. A hash table with open addressing in typed
 * arrays: each of the millions of keys of a large cluster then takes 20 bytes and a few slots of 4,
 * where a Map with a string for a key takes over a hundred.
 */
export class RecipeTable {
  #size = 0;
  /**
   * The recipes, one after the other: that of number n starts at (n - 1) * width. There is room for
   * one more, where the recipe that is looked for is written.
   */
  #cells = new Int32Array(initialCapacity * width);
  /** Numbers of recipes, 0 where free. Twice as many as recipes fit in, and a power of two. */
  #slots = new Int32Array(initialCapacity * 2);

  /** How many recipes there are: the highest number given. */
  get size(): number {
    return this.#size;
  }

  /** The number of this recipe: the one that it has, or the next. */
  intern(recipe: Recipe): number {
    const next = this.#size + 1;
    const start = this.#size * width;
    for (let i = 0; i < width; i += 1) this.#cells[start + i] = recipe[i] as number;
    const slot = this.#slotOf(next);
    const known = this.#slots[slot] as number;
    if (known !== 0) return known;
    this.#slots[slot] = next;
    this.#size = next;
    if (next * width === this.#cells.length) this.#grow();
    return next;
  }

  /** The recipe that has this number. */
  recipe(number: number): Recipe {
    assert(number >= 1 && number <= this.#size, `no recipe has the number ${String(number)}`);
    const start = (number - 1) * width;
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = this.#cells.subarray(start, start + width);
    return [a, b, c, d, e];
  }

  /** The slot that holds the recipe in the cells of this number, or the free one that is to. */
  #slotOf(number: number): number {
    const mask = this.#slots.length - 1;
    let slot = this.#hash(number) & mask;
    for (;;) {
      const other = this.#slots[slot] as number;
      if (other === 0 || this.#same(other, number)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #hash(number: number): number {
    const start = (number - 1) * width;
    let hash = 0;
    for (let i = 0; i < width; i += 1) hash = mix(hash, this.#cells[start + i] as number);
    return finish(hash);
  }

  #same(left: number, right: number): boolean {
    const leftStart = (left - 1) * width;
    const rightStart = (right - 1) * width;
    for (let i = 0; i < width; i += 1) {
      if (this.#cells[leftStart + i] !== this.#cells[rightStart + i]) return false;
    }
    return true;
  }

  #grow(): void {
    const cells = new Int32Array(this.#cells.length * 2);
    cells.set(this.#cells);
    this.#cells = cells;
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let number = 1; number <= this.#size; number += 1) {
      this.#slots[this.#slotOf(number)] = number;
    }
  }
}
