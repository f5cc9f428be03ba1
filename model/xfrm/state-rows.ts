import type { Address } from '../address.ts';
import { float64Column, int32Column, uint8Column, uint32Column } from '../columns.ts';
import type { KeyHandle, StateConfig, StateShape } from './config.ts';
import { Walk } from './walk.ts';

/** Enough for the states of two keys in a small cluster: to grow takes as long as a hundred states. */
const initialRows = 32;

/** In place of the number of a row: there is none. */
export const noRow = -1;

/** What keeps rows by their numbers, and follows them when they move. */
export interface RowFollower {
  /** The state that was in row n is in row `moved[n]` now, which is no higher; noRow: it is gone. */
  rowsMoved(moved: Int32Array): void;
}

/**
 * The states of one kernel as rows of columns, in the order of their insertion. A kernel of a large
 * cluster holds thousands of states, a run millions, and hardly any of them ever sees a packet: a row
 * takes a third of the memory of an object, and the garbage collector never looks at it. What can
 * change about a state is not here, but in its {@link XfrmState}, which few have.
 *
 * Rows of deleted states stay until their room is needed; then the others move up.
 */
export class StateRows {
  readonly shape: StateShape[] = [];
  readonly source: Address[] = [];
  readonly destination: Address[] = [];
  /** The mark's value under the shape's mask, as a signed 32-bit integer. */
  markBits = int32Column(initialRows);
  spi = uint32Column(initialRows);
  /** KeyHandles. */
  key = float64Column(initialRows);
  /** When the state was added, in whole seconds, as the kernel keeps it. */
  addedSecond = int32Column(initialRows);
  /** Among states that match the same packet the one with the greatest rank is found. */
  rank = float64Column(initialRows);
  /** Grows from row to row, and stays the same when a row moves. */
  #serial = float64Column(initialRows);
  #isLive = uint8Column(initialRows);
  #end = 0;
  #live = 0;
  #lastSerial = 0;
  #moves = 0;
  readonly #followers: RowFollower[] = [];

  /** How many states there are. */
  get count(): number {
    return this.#live;
  }

  /** Will be told of moves, after those who asked before it. */
  addFollower(follower: RowFollower): void {
    this.#followers.push(follower);
  }

  /** Rows may move hereby: no number of a row is good any more but those of followers. */
  add(config: StateConfig, addedSecond: number): number {
    if (this.#end === this.spi.length) this.#makeRoom();
    const row = this.#end;
    this.shape[row] = config.shape;
    this.source[row] = config.source;
    this.destination[row] = config.destination;
    this.markBits[row] = config.markValue & config.shape.markMask;
    this.spi[row] = config.spi;
    this.key[row] = config.key;
    this.addedSecond[row] = addedSecond;
    this.#lastSerial += 1;
    this.#serial[row] = this.#lastSerial;
    this.#isLive[row] = 1;
    this.#end += 1;
    this.#live += 1;
    return row;
  }

  delete(row: number): void {
    this.#isLive[row] = 0;
    this.#live -= 1;
  }

  /** The row that was added last; noRow if its state is gone. */
  get newest(): number {
    return this.#end > 0 && this.#isLive[this.#end - 1] === 1 ? this.#end - 1 : noRow;
  }

  keyOf(row: number): KeyHandle {
    return this.key[row] as KeyHandle;
  }

  /**
   * What is made of each row. States may come and go while one walks: what is deleted is not met any
   * more, what is added is met at the end.
   */
  walk<T>(itemOf: (row: number) => T): Walk<T> {
    let last = noRow;
    let serial = 0;
    let moves = this.#moves;
    return new Walk(() => {
      let row = moves === this.#moves ? last + 1 : this.#firstAfter(serial);
      while (row < this.#end && this.#isLive[row] === 0) row += 1;
      if (row >= this.#end) return undefined;
      last = row;
      serial = this.#serial[row] as number;
      moves = this.#moves;
      return itemOf(row);
    });
  }

  #firstAfter(serial: number): number {
    let low = 0;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#serial[middle] as number) <= serial) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Moving is worth its while if a quarter of all rows becomes free. */
  #makeRoom(): void {
    if (4 * this.#live <= 3 * this.#end) this.#moveUp();
    else this.#grow();
  }

  #moveUp(): void {
    const moved = int32Column(this.#end).fill(noRow);
    let to = 0;
    for (let from = 0; from < this.#end; from += 1) {
      if (this.#isLive[from] === 0) continue;
      moved[from] = to;
      this.#move(from, to);
      to += 1;
    }
    this.#isLive.fill(1, 0, to).fill(0, to, this.#end);
    this.shape.length = to;
    this.source.length = to;
    this.destination.length = to;
    this.#end = to;
    this.#moves += 1;
    for (const follower of this.#followers) follower.rowsMoved(moved);
  }

  #move(from: number, to: number): void {
    this.shape[to] = this.shape[from] as StateShape;
    this.source[to] = this.source[from] as Address;
    this.destination[to] = this.destination[from] as Address;
    for (const column of [this.markBits, this.spi, this.key, this.addedSecond, this.rank]) {
      column[to] = column[from] as number;
    }
    this.#serial[to] = this.#serial[from] as number;
  }

  #grow(): void {
    this.markBits = doubled(this.markBits, int32Column(2 * this.#end));
    this.spi = doubled(this.spi, uint32Column(2 * this.#end));
    this.key = doubled(this.key, float64Column(2 * this.#end));
    this.addedSecond = doubled(this.addedSecond, int32Column(2 * this.#end));
    this.rank = doubled(this.rank, float64Column(2 * this.#end));
    this.#serial = doubled(this.#serial, float64Column(2 * this.#end));
    this.#isLive = doubled(this.#isLive, uint8Column(2 * this.#end));
  }
}

function doubled<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
