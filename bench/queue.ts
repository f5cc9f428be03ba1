import { assert } from '../model/assert.ts';
import { type Due, EventHeap } from '../sim/event-heap.ts';
import { EventQueue } from '../sim/event-queue.ts';
import { Stream } from '../sim/stream.ts';
import { type Benchmark, interleavedSeconds, type Measurement } from './harness.ts';

const events = 500_000;
/** The least share of the bare heap's events per second that the queue must reach. */
const leastShare = 0.5;

/** The time from one event to its next, in microseconds: drawn beforehand, the same for both loops. */
const steps = Int32Array.from({ length: 1 << 14 }, () => 0);
const stream = new Stream('bench/queue');
steps.forEach((_, index) => {
  steps[index] = 1 + stream.integer(1_000_000);
});

function stepAt(index: number): number {
  return steps[index & (steps.length - 1)] as number;
}

/**
 * The hold model (Jones 1986): with a constant number of entries, take the first out and put it
 * back at a later time, over and over.
 */
export const queueBenchmarks: readonly Benchmark[] = [200, 10_000].map((resident) => ({
  name: `event queue, ${resident} resident`,
  run: () => measure(resident),
}));

function measure(resident: number): Measurement {
  const [queueSeconds = Number.NaN, heapSeconds = Number.NaN] = interleavedSeconds([
    () => {
      holdQueue(resident);
    },
    () => {
      holdHeap(resident);
    },
  ]);
  const share = heapSeconds / queueSeconds;
  return {
    value: events / queueSeconds,
    unit: 'events/s',
    bar: {
      text: `${share.toFixed(2)} of a bare loop over the heap, at least ${leastShare.toFixed(2)}`,
      holds: share >= leastShare,
    },
  };
}

class Ticker implements Due {
  readonly #queue: EventQueue;

  constructor(queue: EventQueue) {
    this.#queue = queue;
  }

  run(now: number): void {
    this.#queue.schedule(now + stepAt(this.#queue.processed), this);
  }
}

function holdQueue(resident: number): void {
  const queue = new EventQueue();
  for (let index = 0; index < resident; index += 1) {
    queue.schedule(stepAt(index), new Ticker(queue));
  }
  while (queue.processed < events && queue.runNext());
  assert(queue.size === resident, 'the queue lost an event');
}

const inert: Due = { run: () => undefined };

function holdHeap(resident: number): void {
  const heap = new EventHeap();
  for (let index = 0; index < resident; index += 1) heap.push(stepAt(index), inert);
  for (let index = 1; index <= events; index += 1) {
    const now = heap.nextTime;
    const due = heap.pop();
    if (now === undefined || due === undefined) break;
    heap.push(now + stepAt(index), due);
  }
  assert(heap.size === resident, 'the heap lost an entry');
}
