import { AssertionError } from '../model/assert.ts';
import { type Microseconds } from '../model/time.ts';
import { EventHeap, type Due } from './event-heap.ts';

/**
 * The virtual clock and what is still to happen. Events run one at a time, in the order of
 * (time, order of scheduling), and the clock jumps from each to the next.
 */
export class EventQueue {
  readonly #heap = new EventHeap();
  #now: Microseconds = 0;
  #processed = 0;

  /** The instant of the event that runs, or of the last that ran. */
  get now(): Microseconds {
    return this.#now;
  }

  /** How many events wait. */
  get size(): number {
    return this.#heap.size;
  }

  /** How many events ran. */
  get processed(): number {
    return this.#processed;
  }

  /** When the next event is due; undefined where none waits. */
  get nextTime(): Microseconds | undefined {
    return this.#heap.nextTime;
  }

  /** Has `due` run at the instant `at`, after all that was scheduled for that instant before. */
  schedule(at: Microseconds, due: Due): void {
    // Not `assert`: its message would be built for each event.
    if (!Number.isSafeInteger(at) || at < this.#now) {
      throw new AssertionError(`cannot schedule at ${String(at)}: the clock is at ${this.#now}`);
    }
    this.#heap.push(at, due);
  }

  /** Moves the clock to the next event and runs it. False where none waits. */
  runNext(): boolean {
    const at = this.#heap.nextTime;
    const due = this.#heap.pop();
    if (at === undefined || due === undefined) return false;
    this.#now = at;
    this.#processed += 1;
    due.run(at);
    return true;
  }
}
