import type { Microseconds } from '../model/time.ts';
import type { Due } from './event-heap.ts';
import type { EventQueue } from './event-queue.ts';

/** One delivery of a broadcast. */
interface Delivery<Receiver> {
  readonly at: Microseconds;
  readonly receiver: Receiver;
}

/**
 * One message on its way to many receivers, each with a delay of its own. It is a single entry of
 * the queue that walks its deliveries in their order, since the queue's length decides its speed.
 */
export class Broadcast<Receiver> implements Due {
  readonly #queue: EventQueue;
  readonly #deliver: (receiver: Receiver) => void;
  readonly #deliveries: readonly Delivery<Receiver>[];
  #next = 0;

  constructor(
    queue: EventQueue,
    deliveries: readonly Delivery<Receiver>[],
    deliver: (receiver: Receiver) => void,
  ) {
    this.#queue = queue;
    this.#deliver = deliver;
    // A stable sort: at the same instant, the order in which the receivers were named.
    this.#deliveries = [...deliveries].sort((one, other) => one.at - other.at);
  }

  start(): void {
    const first = this.#deliveries[0];
    if (first !== undefined) this.#queue.schedule(first.at, this);
  }

  run(now: Microseconds): void {
    for (;;) {
      const next = this.#deliveries[this.#next];
      if (next === undefined) return;
      if (next.at > now) {
        this.#queue.schedule(next.at, this);
        return;
      }
      this.#next += 1;
      this.#deliver(next.receiver);
    }
  }
}
