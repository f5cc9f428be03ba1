import type { Recorded } from './run/recording.ts';
import { whatOf } from './terminal/timeline-rows.ts';

type TraceEventJson = Readonly<Record<string, unknown>>;

/**
 * A run in Chrome's trace event format, which Perfetto opens: a process for each node, an
 * asynchronous span for each stretch of a key's life, the node's events as instants, and its losses
 * as counters. Times are microseconds there, too.
 */
export function chromeTrace(recorded: Recorded): string {
  const { rehearsal, nodes } = recorded;
  const { scenario, digest, end } = rehearsal.run;
  const events = [
    metadata(operator, 'operator'),
    ...nodes.map((name, node) => metadata(processOf(node), name)),
    ...spans(recorded, end.at),
    ...instants(recorded),
    ...counters(recorded),
  ];
  const head = JSON.stringify({ title: scenario.title, seed: scenario.seed, digest });
  const lines = events.map((event) => JSON.stringify(event)).join(',\n');
  return `{"displayTimeUnit":"ms","otherData":${head},"traceEvents":[\n${lines}\n]}\n`;
}

/** What no node does. Readers of the format take process 0 and thread 0 for the idle ones. */
const operator = 1;
const tid = 1;

const processOf = (node: number): number => node + 2;

function metadata(pid: number, name: string): TraceEventJson {
  return { ph: 'M', name: 'process_name', pid, tid, args: { name } };
}

function spans({ lives }: Recorded, end: number): readonly TraceEventJson[] {
  return lives.spans(end).flatMap((span, index) => {
    const { node, keyId, use, state, from, to } = span;
    const name = `key ${keyId}, ${use}: ${state}`;
    const common = { cat: 'key', id: index + 1, pid: processOf(node), tid, name };
    return [
      { ph: 'b', ts: from, ...common, args: { keyId, use, state } },
      { ph: 'e', ts: to, ...common },
    ];
  });
}

function instants({ rehearsal, nodes }: Recorded): readonly TraceEventJson[] {
  const numbers = new Map(nodes.map((name, index) => [name, index]));
  return rehearsal.timeline.map((entry) => {
    const node = numbers.get(String(entry.fields.node ?? ''));
    const pid = node === undefined ? operator : processOf(node);
    const common = { cat: entry.event, ts: entry.at, pid, tid, name: whatOf(entry) };
    return { ph: 'i', s: 'p', ...common, args: entry.fields };
  });
}

function counters({ drops }: Recorded): readonly TraceEventJson[] {
  const totals = new Map<string, number>();
  return drops.drops.map(({ at, node, fate, count }) => {
    const key = `${node} ${fate}`;
    const total = (totals.get(key) ?? 0) + count;
    totals.set(key, total);
    return { ph: 'C', ts: at, pid: processOf(node), tid, name: fate, args: { packets: total } };
  });
}
