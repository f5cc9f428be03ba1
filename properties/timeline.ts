import type { Microseconds } from '../model/time.ts';
import {
  type Trace,
  type TraceEvent,
  traceEvents,
  type TraceField,
  traceFields,
} from '../sim/index.ts';

/** Something that the reader of a run wants to know of: an event of the trace, names spelt out. */
export interface TimelineEntry {
  readonly at: Microseconds;
  readonly event: TraceEvent;
  readonly fields: Readonly<Partial<Record<TraceField, string | number>>>;
}

/** The events that tell the story of a run: not packets, nor what is there once per pair of nodes. */
const told: readonly TraceEvent[] = [
  'faultInjected',
  'rotationChanged',
  'secretWritten',
  'secretDeleted',
  'volumeUpdated',
  'nodeChanged',
  'agentStarted',
  'agentStopped',
  'agentExited',
  'log',
  'operationFailed',
  'keyLoaded',
  'published',
  'allNodesValidated',
  'encryptMapSet',
  'keysInUse',
];

/** Logs of these levels are told: the rest is one line per object. */
const toldLevels: readonly unknown[] = ['warning', 'error'];

export class Timeline {
  readonly entries: TimelineEntry[] = [];

  constructor(trace: Trace) {
    trace.observeEach(told, (event, at, values) => {
      const entry = { at, event, fields: fieldsOf(trace, event, values) };
      // What the run begins with is no event of it.
      const isNews = at > 0 || event === 'keysInUse' || event === 'log';
      if (isNews && (event !== 'log' || toldLevels.includes(entry.fields.level))) {
        this.entries.push(entry);
      }
    });
  }
}

function fieldsOf(
  trace: Trace,
  event: TraceEvent,
  values: readonly number[],
): TimelineEntry['fields'] {
  const fields: Partial<Record<TraceField, string | number>> = {};
  for (const [index, field] of traceEvents[event].entries()) {
    fields[field] = trace.meaning(traceFields[field], values[index] ?? 0);
  }
  return fields;
}
