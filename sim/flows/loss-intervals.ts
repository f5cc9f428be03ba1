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

/** Intervals of loss in columns, a chunk at a time: no object for any of them. */
export class LossIntervals {
  readonly #senders: Int32Array[] = [];
  readonly #receivers: Int32Array[] = [];
  /** The counter's number, and 4 more for IPv6. */
  readonly #kinds: Uint8Array[] = [];
  readonly #from: Float64Array[] = [];
  readonly #until: Float64Array[] = [];
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
    if (place === 0) this.#grow();
    const chunk = this.#senders.length - 1;
    (this.#senders[chunk] as Int32Array)[place] = sender;
    (this.#receivers[chunk] as Int32Array)[place] = receiver;
    (this.#kinds[chunk] as Uint8Array)[place] = counter + (family === 6 ? 4 : 0);
    (this.#from[chunk] as Float64Array)[place] = from;
    (this.#until[chunk] as Float64Array)[place] = until;
    this.#size += 1;
  }

  at(index: number): LossInterval {
    const chunk = Math.floor(index / chunkSize);
    const place = index % chunkSize;
    const kind = this.#kinds[chunk]?.[place] ?? 0;
    return {
      sender: this.#senders[chunk]?.[place] ?? -1,
      receiver: this.#receivers[chunk]?.[place] ?? -1,
      family: kind >= 4 ? 6 : 4,
      counter: flowCounters[kind % 4] as FlowCounter,
      from: this.#from[chunk]?.[place] ?? 0,
      until: this.#until[chunk]?.[place] ?? 0,
    };
  }

  #grow(): void {
    this.#senders.push(new Int32Array(chunkSize));
    this.#receivers.push(new Int32Array(chunkSize));
    this.#kinds.push(new Uint8Array(chunkSize));
    this.#from.push(new Float64Array(chunkSize));
    this.#until.push(new Float64Array(chunkSize));
  }
}
