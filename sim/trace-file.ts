import type { NodeName } from '../model/agent/index.ts';
import { failure, type Result, success } from '../model/result.ts';
import { type XfrmCounter } from '../model/xfrm/index.ts';
import { packetFates } from './packet-fate.ts';
import type { PacketTotals, Run, RunEnd } from './run.ts';
import { scenarioFromJson, type ScenarioJson, scenarioToJson } from './scenario-json.ts';
import type { Scenario } from './scenario.ts';
import { namesOf } from './simulate.ts';
import { Tally } from './tally.ts';
import {
  type TraceEvent,
  traceEvents,
  traceFields,
  type TraceFieldType,
  type TraceValues,
} from './trace-events.ts';
import { Trace } from './trace.ts';

/*
 * A trace file is lines of JSON: the first says what it is and holds the scenario; then the events,
 * as `traceLine` writes them; the last holds what a run's events do not tell, and their digest.
 */

/** Grows with every change of the lines' meaning: an older reader must not misread them. */
const formatVersion = 1;

export function traceFirstLine(scenario: Scenario): string {
  return JSON.stringify({ keyturnTrace: formatVersion, scenario: scenarioToJson(scenario) });
}

export function traceLastLine({ digest, end, events, packets, nodes }: Run): string {
  const outcomes = nodes.map(({ name, loadedKeyId, counters }) => ({
    name,
    loadedKeyId,
    counters: Object.fromEntries(counters),
  }));
  return JSON.stringify({ digest, end, events, packets, nodes: outcomes });
}

/** What is wrong with a trace file. */
export interface TraceFault {
  /** From 1 on. */
  readonly line: number;
  readonly what: string;
  readonly expected: string;
  readonly hint: string;
}

interface LastLine {
  readonly digest: string;
  readonly end: RunEnd;
  readonly events: number;
  readonly packets: PacketTotals;
  readonly nodes: readonly {
    readonly name: string;
    readonly loadedKeyId: number;
    readonly counters: Readonly<Partial<Record<XfrmCounter, number>>>;
  }[];
}

interface Replayed {
  readonly scenario: Scenario;
  readonly trace: Trace;
  readonly tally: Tally;
  readonly numbers: ReadonlyMap<string, number>;
}

const again = 'write it anew with keyturn run SCENARIO --trace FILE';

/**
 * Reads a trace file line by line and lets its events happen again for those who watch. It keeps no
 * event, and believes nothing that the digest does not bear out.
 */
export class TraceReplay {
  readonly #observe: (scenario: Scenario, trace: Trace) => void;
  #line = 0;
  #replayed: Replayed | undefined = undefined;
  #last: LastLine | undefined = undefined;
  #lastAt = 0;

  /** `observe` gets to see the trace when the first line is read, before any event. */
  constructor(observe: (scenario: Scenario, trace: Trace) => void) {
    this.#observe = observe;
  }

  /** Takes the next line, without its newline. */
  takeLine(text: string): Result<undefined, TraceFault> {
    this.#line += 1;
    if (this.#last !== undefined) {
      return this.#fault('there is more after the last line', 'the end of the file');
    }
    const parsed = parseObject(text);
    if (parsed === undefined) {
      return this.#fault(
        'this is not a line of a trace',
        this.#line === 1 ? 'a file that keyturn run --trace wrote' : 'one JSON object',
      );
    }
    if (this.#replayed === undefined) return this.#takeFirst(parsed);
    if ('digest' in parsed) {
      this.#last = parsed as unknown as LastLine;
      return success(undefined);
    }
    return this.#takeEvent(parsed, this.#replayed);
  }

  /** The run, once all lines were taken. */
  finish(): Result<Run, TraceFault> {
    const replayed = this.#replayed;
    if (replayed === undefined) {
      return this.#fault('the file is empty', 'a file that keyturn run --trace wrote');
    }
    const last = this.#last;
    if (last === undefined) {
      return this.#fault(
        'the trace ends before its end: it was cut off',
        'a last line with the digest',
      );
    }
    const { scenario, trace, tally } = replayed;
    if (trace.digest() !== last.digest) {
      return this.#fault(
        `the events add up to the digest ${trace.digest()}, not to ${last.digest}`,
        'the lines as they were written: some were changed, added or lost',
      );
    }
    try {
      return success(runOf(scenario, last, tally));
    } catch {
      return this.#fault('the last line is not whole', 'digest, end, events, packets and nodes');
    }
  }

  #takeFirst(parsed: Readonly<Record<string, unknown>>): Result<undefined, TraceFault> {
    const version = parsed['keyturnTrace'];
    if (version === undefined) {
      return this.#fault(
        'this is not a trace of keyturn, or one without its first line',
        'a first line with "keyturnTrace"',
      );
    }
    if (version !== formatVersion) {
      return this.#fault(
        `this trace has the format version ${JSON.stringify(version)}`,
        `version ${formatVersion}`,
        `read it with the keyturn that wrote it, or ${again}`,
      );
    }
    try {
      const scenario = scenarioFromJson(parsed['scenario'] as ScenarioJson);
      const names = namesOf(scenario);
      const trace = new Trace(names);
      const tally = new Tally(trace);
      this.#observe(scenario, trace);
      const numbers = new Map(names.nodes.map((name, index) => [name, index]));
      this.#replayed = { scenario, trace, tally, numbers };
      return success(undefined);
    } catch {
      return this.#fault('the first line holds no scenario', 'a scenario as keyturn writes it');
    }
  }

  #takeEvent(
    parsed: Readonly<Record<string, unknown>>,
    replayed: Replayed,
  ): Result<undefined, TraceFault> {
    const { event, at } = parsed;
    if (typeof event !== 'string' || !Object.hasOwn(traceEvents, event)) {
      return this.#fault(
        `there is no event ${JSON.stringify(event)}`,
        'an event of this version of keyturn',
      );
    }
    if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < this.#lastAt) {
      return this.#fault(
        `the instant ${JSON.stringify(at)} does not follow ${this.#lastAt}`,
        'whole microseconds, none before those of the line above',
      );
    }
    this.#lastAt = at;
    const values: number[] = [];
    for (const field of traceEvents[event as TraceEvent]) {
      const value = numberOf(replayed, traceFields[field], parsed[field]);
      if (value === undefined) {
        return this.#fault(
          `${event}: ${field} is ${JSON.stringify(parsed[field]) ?? 'missing'}`,
          expectedOf[traceFields[field]],
        );
      }
      values.push(value);
    }
    replayed.trace.record(event as TraceEvent, at, ...(values as unknown as AnyValues));
    return success(undefined);
  }

  #fault(what: string, expected: string, hint = again): Result<never, TraceFault> {
    return failure({ line: Math.max(1, this.#line), what, expected, hint });
  }
}

type AnyValues = TraceValues<'packetFate'>;

const expectedOf: Readonly<Record<TraceFieldType, string>> = {
  node: 'a node of the scenario',
  cluster: 'a cluster of the scenario',
  text: 'a text',
  fate: 'a fate of packets',
  integer: 'a whole number',
};

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function numberOf(
  { trace, numbers, scenario }: Replayed,
  type: TraceFieldType,
  value: unknown,
): number | undefined {
  if (type === 'integer') return Number.isSafeInteger(value) ? (value as number) : undefined;
  if (typeof value !== 'string') return undefined;
  switch (type) {
    case 'text':
      return trace.text(value);
    case 'node':
      // A peer that is no node of the scenario has no name: a state for an address of nobody.
      return value === '' ? -1 : numbers.get(value);
    case 'cluster':
      return indexOf(
        scenario.clusters.map(({ name }) => name),
        value,
      );
    case 'fate':
      return indexOf(packetFates, value);
  }
}

function indexOf(list: readonly string[], value: string): number | undefined {
  const index = list.indexOf(value);
  return index === -1 ? undefined : index;
}

function runOf(scenario: Scenario, last: LastLine, tally: Tally): Run {
  const { digest, end, events, packets } = last;
  const outcomes = last.nodes.map(({ name, loadedKeyId, counters }, index) => ({
    name: name as NodeName,
    loadedKeyId,
    counters: new Map(Object.entries(counters) as [XfrmCounter, number][]),
    keysInUse: tally.keysInUse.get(index) ?? [],
  }));
  const { sent, delivered, inFlight } = packets;
  const totals = { sent, delivered, inFlight };
  if (![end.at, events, sent, delivered, inFlight].every(Number.isSafeInteger)) {
    throw new TypeError('not a number');
  }
  return {
    scenario,
    digest,
    end,
    events,
    packets: totals,
    nodes: outcomes,
    losses: tally.losses(),
  };
}
