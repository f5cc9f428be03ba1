import { type RowFollower, type StateRows } from './state-rows.ts';
import { XfrmState } from './state.ts';

/**
 * The objects of those states that someone has looked at, by their rows. A state without one has not
 * changed since it was added.
 */
export class AwakeStates implements RowFollower {
  readonly #rows: StateRows;
  /** No longer than the highest row that was ever woken needs it. */
  #states: (XfrmState | undefined)[] = [];

  constructor(rows: StateRows) {
    this.#rows = rows;
  }

  /** The row's object, if it has one. */
  get(row: number): XfrmState | undefined {
    return row < this.#states.length ? this.#states[row] : undefined;
  }

  /** The row's object, made now if it has none. */
  wake(row: number): XfrmState {
    const awake = this.get(row);
    if (awake !== undefined) return awake;
    while (this.#states.length <= row) this.#states.push(undefined);
    const state = new XfrmState(this.#rows, row);
    this.#states[row] = state;
    return state;
  }

  /** Marks the row's object, if it has one, as that of a deleted state. */
  bury(row: number): void {
    const state = this.get(row);
    if (state === undefined) return;
    state.validity = 'dead';
    this.#states[row] = undefined;
  }

  rowsMoved(moved: Int32Array): void {
    const states = this.#states;
    this.#states = [];
    for (const state of states) {
      if (state === undefined) continue;
      state.row = moved[state.row] as number;
      while (this.#states.length < state.row) this.#states.push(undefined);
      this.#states.push(state);
    }
  }
}
