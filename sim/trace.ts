import type { Microseconds } from '../model/time.ts';
import { Digest } from './digest.ts';
import { fateNumber, type PacketFate, packetFates } from './packet-fate.ts';
import {
  type TraceEvent,
  traceEvents,
  type TraceFieldType,
  type TraceValues,
} from './trace-events.ts';

/** Sees every event of one kind when it happens. It must not record events itself. */
export type TraceObserver<Event extends TraceEvent> = (
  at: Microseconds,
  ...values: TraceValues<Event>
) => void;

/** Sees every event of any kind; `values` are as many as the event has fields. */
export type AnyTraceObserver = (
  event: TraceEvent,
  at: Microseconds,
  values: readonly number[],
) => void;

type RawObserver = (at: Microseconds, ...values: number[]) => void;

interface Channel {
  readonly code: number;
  readonly arity: number;
  readonly observers: RawObserver[];
}

/** The clusters and nodes of a run: their places here are their numbers in the trace. */
export interface TraceNames {
  readonly clusters: readonly string[];
  /** `cluster/node` each. */
  readonly nodes: readonly string[];
}

/**
 * What happens in a run. A trace keeps nothing: it takes every event into its digest, and hands it
 * on to those who asked for its kind. So an event that no one watches costs only its digest.
 */
export class Trace {
  readonly names: TraceNames;
  readonly #texts: string[] = [];
  readonly #textNumbers = new Map<string, number>();
  readonly #digest = new Digest();
  readonly #channels: Readonly<Record<TraceEvent, Channel>> = makeChannels();
  readonly #observers: AnyTraceObserver[] = [];
  /** By the number of a fate. */
  readonly #fateObservers: (RawObserver[] | undefined)[] = packetFates.map(() => undefined);

  constructor(names: TraceNames) {
    this.names = names;
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
    const known = this.#textNumbers.get(content);
    if (known !== undefined) return known;
    const number = this.#texts.length;
    this.#texts.push(content);
    this.#textNumbers.set(content, number);
    this.#digest.text(content);
    return number;
  }

  /** The name or text that a field's number stands for; an integer stands for itself. */
  meaning(type: TraceFieldType, value: number): string | number {
    switch (type) {
      case 'cluster':
        return this.names.clusters[value] ?? '';
      case 'node':
        return this.names.nodes[value] ?? '';
      case 'text':
        return this.#texts[value] ?? '';
      case 'fate':
        return packetFates[value] ?? '';
      case 'integer':
        return value;
    }
  }

  observe<Event extends TraceEvent>(event: Event, observer: TraceObserver<Event>): void {
    // Only `record` calls it, with the values of this event.
    this.#channels[event].observers.push(observer as unknown as RawObserver);
  }

  /** Sees the packets that met one of these fates: most meet none but `delivered`. */
  observeFates(fates: readonly PacketFate[], observer: TraceObserver<'packetFate'>): void {
    for (const fate of fates) {
      const number = fateNumber(fate);
      const observers = this.#fateObservers[number] ?? [];
      observers.push(observer as unknown as RawObserver);
      this.#fateObservers[number] = observers;
    }
  }

  observeAll(observer: AnyTraceObserver): void {
    this.#observers.push(observer);
  }

  /** The same for several kinds; `values` are as many as the event has fields. */
  observeEach(events: readonly TraceEvent[], observer: AnyTraceObserver): void {
    for (const event of events) {
      const { arity, observers } = this.#channels[event];
      observers.push((at, ...values) => {
        observer(event, at, values.slice(0, arity));
      });
    }
  }

  /** Notes that an event happened at an instant: one safe integer for each of its fields. */
  record<Event extends TraceEvent>(
    event: Event,
    at: Microseconds,
    ...values: TraceValues<Event>
  ): void;
  // Six parameters in place of an array: an event must not allocate.
  // eslint-disable-next-line max-params
  record(event: TraceEvent, at: Microseconds, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): void {
    const { code, arity, observers } = this.#channels[event];
    const digest = this.#digest;
    digest.integer(code);
    digest.integer(at);
    digest.integer(a);
    if (arity > 1) digest.integer(b);
    if (arity > 2) digest.integer(c);
    if (arity > 3) digest.integer(d);
    if (arity > 4) digest.integer(e);
    if (arity > 5) digest.integer(f);
    for (const observer of observers) observer(at, a, b, c, d, e, f);
    if (event === 'packetFate') this.#tellFate(at, a, b, c, d, e, f);
    if (this.#observers.length === 0) return;
    const values = [a, b, c, d, e, f].slice(0, arity);
    for (const observer of this.#observers) observer(event, at, values);
  }

  // eslint-disable-next-line max-params
  #tellFate(at: number, a: number, b: number, c: number, d: number, e: number, fate: number): void {
    const observers = this.#fateObservers[fate];
    if (observers === undefined) return;
    for (const observer of observers) observer(at, a, b, c, d, e, fate);
  }

  /** The hash of all recorded so far: 16 hexadecimal digits. Observers leave it as it is. */
  digest(): string {
    return this.#digest.hex();
  }
}

function makeChannels(): Record<TraceEvent, Channel> {
  const events = Object.entries(traceEvents) as [TraceEvent, readonly string[]][];
  return Object.fromEntries(
    events.map(([event, fields], code): [TraceEvent, Channel] => [
      event,
      { code, arity: fields.length, observers: [] },
    ]),
  ) as Record<TraceEvent, Channel>;
}
