import { assert } from '../../model/assert.ts';
import type { Microseconds } from '../../model/time.ts';

/** The counters that a rotation alone can move, in the order of their numbers. */
export const flowCounters = ['XfrmInNoStates', 'XfrmOutNoStates', 'XfrmOutPolBlock'] as const;

export type FlowCounter = (typeof flowCounters)[number];

/** One interval of loss: what is sent from `from` on, and before `until`, is lost. */
export interface LossInterval {
  readonly sender: number;
  readonly receiver: number;
  readonly family: 4 | 6;
  readonly counter: FlowCounter;
  readonly from: Microseconds;
  readonly until: Microseconds;
}

const chunkSize = 1 << 16;

/** Columns of so many intervals. */
class Chunk {
  readonly senders = new Int32Array(chunkSize);
  readonly receivers = new Int32Array(chunkSize);
  /** The counter's number, and 4 more for IPv6. */
  readonly kinds = new Uint8Array(chunkSize);
  readonly from = new Float64Array(chunkSize);
  readonly until = new Float64Array(chunkSize);
}

/** Intervals of loss in columns, a chunk at a time: no object for any of them. */
export class LossIntervals {
  readonly #chunks: Chunk[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  // As many parameters as an interval has columns: an object for each would be what this is to spare.
  // eslint-disable-next-line max-params
  add(
    sender: number,
    receiver: number,
    family: 4 | 6,
    counter: number,
    from: Microseconds,
    until: Microseconds,
  ): void {
    const place = this.#size % chunkSize;
    if (place === 0) this.#chunks.push(new Chunk());
    const chunk = this.#chunks[this.#chunks.length - 1] as Chunk;
    chunk.senders[place] = sender;
    chunk.receivers[place] = receiver;
    chunk.kinds[place] = counter + (family === 6 ? 4 : 0);
    chunk.from[place] = from;
    chunk.until[place] = until;
    this.#size += 1;
  }

  /** The interval that was added at this place, from 0 on. */
  at(index: number): LossInterval {
    assert(index >= 0 && index < this.#size, `no interval ${index} of ${this.#size}`);
    const chunk = this.#chunks[Math.floor(index / chunkSize)] as Chunk;
    const place = index % chunkSize;
    const kind = chunk.kinds[place] as number;
    return {
      sender: chunk.senders[place] as number,
      receiver: chunk.receivers[place] as number,
      family: kind >= 4 ? 6 : 4,
      counter: flowCounters[kind % 4] as FlowCounter,
      from: chunk.from[place] as Microseconds,
      until: chunk.until[place] as Microseconds,
    };
  }
}
