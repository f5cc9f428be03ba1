import { float64Column } from '../model/columns.ts';
import { type Microseconds } from '../model/time.ts';

/** Something that is due at an instant. It may be scheduled again after it ran. */
export interface Due {
  run(now: Microseconds): void;
}

/**
 * A binary heap of what is due, ordered by (time, order of pushing): the order is total, so that
 * two runs never differ. Three parallel arrays in place of an object an entry, and a hole that
 * moves in place of swaps, so that an event costs no allocation.
 */
export class EventHeap {
  #times = float64Column(64);
  #sequences = float64Column(64);
  readonly #dues: Due[] = [];
  #pushed = 0;

  get size(): number {
    return this.#dues.length;
  }

  /** When the first entry is due; undefined where there is none. */
  get nextTime(): Microseconds | undefined {
    return this.#dues.length === 0 ? undefined : (this.#times[0] as number);
  }

  push(time: Microseconds, due: Due): void {
    const size = this.#dues.length;
    if (size === this.#times.length) this.#grow();
    this.#dues.push(due);
    this.#siftUp(size, time, due);
  }

  /** Takes the first entry out; undefined where there is none. */
  pop(): Due | undefined {
    const first = this.#dues[0];
    const last = this.#dues.pop();
    const size = this.#dues.length;
    if (last !== undefined && size > 0) this.#siftDown(size, last);
    return first;
  }

  /** A new entry's sequence number is the highest of all, so a tie in time never moves it up. */
  #siftUp(leaf: number, time: Microseconds, due: Due): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const dues = this.#dues;
    let hole = leaf;
    while (hole > 0) {
      const parent = (hole - 1) >>> 1;
      if ((times[parent] as number) <= time) break;
      times[hole] = times[parent] as number;
      sequences[hole] = sequences[parent] as number;
      dues[hole] = dues[parent] as Due;
      hole = parent;
    }
    times[hole] = time;
    sequences[hole] = this.#pushed;
    dues[hole] = due;
    this.#pushed += 1;
  }

  /** Puts what was the last entry, still at index `size` of the numbers, into the hole at the root. */
  #siftDown(size: number, due: Due): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const dues = this.#dues;
    const time = times[size] as number;
    const sequence = sequences[size] as number;
    let hole = 0;
    for (let child = 1; child < size; child = 2 * hole + 1) {
      child = this.#earlierSibling(child, size);
      const childTime = times[child] as number;
      if (time < childTime) break;
      if (time === childTime && sequence < (sequences[child] as number)) break;
      times[hole] = childTime;
      sequences[hole] = sequences[child] as number;
      dues[hole] = dues[child] as Due;
      hole = child;
    }
    times[hole] = time;
    sequences[hole] = sequence;
    dues[hole] = due;
  }

  #earlierSibling(left: number, size: number): number {
    const right = left + 1;
    if (right >= size) return left;
    const leftTime = this.#times[left] as number;
    const rightTime = this.#times[right] as number;
    if (rightTime !== leftTime) return rightTime < leftTime ? right : left;
    return (this.#sequences[right] as number) < (this.#sequences[left] as number) ? right : left;
  }

  #grow(): void {
    this.#times = doubled(this.#times);
    this.#sequences = doubled(this.#sequences);
  }
}

function doubled(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = float64Column(numbers.length * 2);
  larger.set(numbers);
  return larger;
}
