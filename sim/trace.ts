import { defined } from '../model/assert.ts';
import { type Microseconds } from '../model/time.ts';
import { Digest } from './digest.ts';
import {
  traceEvents,
  type TraceEvent,
  type TraceFieldType,
  type TraceValues,
} from './trace-events.ts';

/** Is told of each event of one kind, as it is recorded. It must not record events itself. */
export type TraceObserver<Event extends TraceEvent> = (
  event: Event,
  at: Microseconds,
  ...values: TraceValues<Event>
) => void;

/** Is told of each event of any kind; `values` are as many as the event has fields. */
export type AnyTraceObserver = (
  event: TraceEvent,
  at: Microseconds,
  ...values: readonly number[]
) => void;

interface Channel {
  readonly code: number;
  readonly observers: AnyTraceObserver[];
}

/** The clusters and nodes of a run. The index of a node here is its number in the trace. */
export interface TraceNames {
  readonly clusters: readonly string[];
  /** `cluster/node` each. */
  readonly nodes: readonly string[];
}

/**
 * What happened in a run. A trace keeps nothing: it takes every event into its digest, and hands it
 * on to those who asked for its kind. So an event that no one watches costs only its digest.
 */
export class Trace {
  readonly #names: TraceNames;
  readonly #texts: string[] = [];
  readonly #textIndex = new Map<string, number>();
  readonly #digest = new Digest();
  readonly #channels: Readonly<Record<TraceEvent, Channel>> = channelForEachEvent();

  constructor(names: TraceNames) {
    this.#names = names;
    for (const list of [names.clusters, names.nodes]) {
      this.#digest.integer(list.length);
      for (const name of list) this.#digest.text(name);
    }
  }

  /**
   * The number that stands for this text in events. Its first use goes into the digest, so that the
   * number tells the text from then on: ask for it whether or not anyone observes.
   */
  text(content: string): number {
    const known = this.#textIndex.get(content);
    if (known !== undefined) return known;
    const index = this.#texts.length;
    this.#texts.push(content);
    this.#textIndex.set(content, index);
    this.#digest.text(content);
    return index;
  }

  /** The name or text that a field's number stands for; an integer stands for itself. */
  meaning(type: TraceFieldType, value: number): string | number {
    switch (type) {
      case 'cluster':
        return defined(this.#names.clusters[value], `the cluster ${value}`);
      case 'node':
        return defined(this.#names.nodes[value], `the node ${value}`);
      case 'text':
        return defined(this.#texts[value], `the text ${value}`);
      case 'integer':
        return value;
    }
  }

  observe<Event extends TraceEvent>(event: Event, observer: TraceObserver<Event>): void {
    // Only `record` calls it, with the values of this event.
    this.#channels[event].observers.push(observer as AnyTraceObserver);
  }

  observeAll(observer: AnyTraceObserver): void {
    for (const channel of Object.values(this.#channels)) channel.observers.push(observer);
  }

  /** Notes that an event happened at an instant: one safe integer for each of its fields. */
  record<Event extends TraceEvent>(
    event: Event,
    at: Microseconds,
    ...values: TraceValues<Event>
  ): void;
  // Six parameters in place of an array: an event must not allocate.
  // eslint-disable-next-line max-params
  record(
    event: TraceEvent,
    at: Microseconds,
    a: number,
    b?: number,
    c?: number,
    d?: number,
    e?: number,
    f?: number,
  ): void {
    const { code, observers } = this.#channels[event];
    const digest = this.#digest;
    digest.integer(code);
    digest.integer(at);
    digest.integer(a);
    if (b !== undefined) digest.integer(b);
    if (c !== undefined) digest.integer(c);
    if (d !== undefined) digest.integer(d);
    if (e !== undefined) digest.integer(e);
    if (f !== undefined) digest.integer(f);
    if (observers.length > 0) pass(observers, event, at, a, b, c, d, e, f);
  }

  /** The hash of all recorded so far: 16 hexadecimal digits. Observers leave it as it is. */
  digest(): string {
    return this.#digest.hex();
  }
}

function pass(
  observers: readonly AnyTraceObserver[],
  event: TraceEvent,
  at: Microseconds,
  ...values: readonly (number | undefined)[]
): void {
  const present = values.filter((value) => value !== undefined);
  for (const observer of observers) observer(event, at, ...present);
}

function channelForEachEvent(): Record<TraceEvent, Channel> {
  const names = Object.keys(traceEvents) as TraceEvent[];
  return Object.fromEntries(
    names.map((name, code): [TraceEvent, Channel] => [name, { code, observers: [] }]),
  ) as Record<TraceEvent, Channel>;
}
