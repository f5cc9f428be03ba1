import { type Microseconds } from '../model/time.ts';
import { traceEvents, traceFields, type TraceEvent } from './trace-events.ts';
import { type AnyTraceObserver, type Trace } from './trace.ts';

/**
 * An event as one line of JSON without its newline: the instant in microseconds, the event's name,
 * and its fields in the order of the table, names and texts spelt out.
 * `{"at":1500,"event":"keyLoaded","node":"east/n1","keyId":4}`
 */
export function traceLine(
  trace: Trace,
  event: TraceEvent,
  at: Microseconds,
  values: readonly number[],
): string {
  const fields: Record<string, string | number> = { at, event };
  traceEvents[event].forEach((field, index) => {
    fields[field] = trace.meaning(traceFields[field], values[index] as number);
  });
  return JSON.stringify(fields);
}

/** An observer for {@link Trace.observeAll} that hands each event to `write` as a line of JSON. */
export function jsonLines(trace: Trace, write: (line: string) => void): AnyTraceObserver {
  return (event, at, values) => {
    write(traceLine(trace, event, at, values));
  };
}
