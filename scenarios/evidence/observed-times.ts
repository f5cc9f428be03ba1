import type { Microseconds } from '../../model/time.ts';
import { mostNodes } from '../../sim/index.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Fault } from './fault.ts';
import { addTime, type EvidenceReader, type Findings } from './findings.ts';
import { type InstantForm, instantExpected, parseInstant } from './instant.ts';

/** What can be observed of a new key on a node, in the order in which it happens. */
const events = ['written', 'file', 'loaded', 'announced', 'published'] as const;
type ObservedEvent = (typeof events)[number];

/** The delay between two events that follow each other. */
const steps = [
  { delay: 'secretSync', from: 'written', to: 'file' },
  { delay: 'load', from: 'file', to: 'loaded' },
  { delay: 'publish', from: 'announced', to: 'published' },
] as const;

export const observedTimesHeader = 'node,event,time';

interface Observation {
  readonly at: Microseconds;
  readonly line: number;
}
type Seen = Partial<Record<ObservedEvent, Observation>>;

/**
 * Reads a CSV of what was observed of one rotation: node, event, time. `written` may be of all nodes
 * (`*`) or all of a cluster (`east/*`). It keeps no more than one row of each event and node.
 */
export function observedTimesReader(findings: Findings): EvidenceReader {
  const nodes = new Map<string, Seen>();
  let form: InstantForm | undefined;
  const read = (line: string, number: number): Fault | undefined => {
    if (number === 1 || line === '') return undefined;
    const [node = '', event = '', time = '', ...more] = line.split(',').map(unquoted);
    if (node === '' || time === '' || more.length > 0) {
      return { message: `"${line}" has not three fields`, expected: observedTimesHeader };
    }
    if (!isEvent(event)) return unknownEvent(event);
    const instant = parseInstant(time);
    if (instant === undefined) return badInstant(time);
    form ??= instant.form;
    if (instant.form !== form) return mixedUnits(time, instant.form, form);
    return add(nodes, { node, event, at: instant.at, line: number });
  };
  const end = (): Fault | undefined => conclude(nodes, findings);
  return { form: 'a CSV of observed times', read, end };
}

function unquoted(field: string): string {
  const trimmed = field.trim();
  return /^"[^"]*"$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}

function isEvent(text: string): text is ObservedEvent {
  return (events as readonly string[]).includes(text);
}

function unknownEvent(event: string): Fault {
  return {
    message: `there is no event "${event}"`,
    expected: `one of: ${events.join(', ')}`,
    hint: didYouMean(event, events),
  };
}

function badInstant(time: string): Fault {
  if (time.startsWith('-')) {
    return { message: `the time ${time} is negative`, expected: instantExpected };
  }
  return { message: `"${time}" is not an instant`, expected: instantExpected };
}

function mixedUnits(time: string, form: InstantForm, before: InstantForm): Fault {
  return {
    message: `mixed units: "${time}" is ${form}, the times before it are ${before}`,
    expected: 'all times of a file in one unit',
  };
}

function add(
  nodes: Map<string, Seen>,
  row: Observation & { readonly node: string; readonly event: ObservedEvent },
): Fault | undefined {
  const { node, event, at, line } = row;
  if (/(^|\/)\*$/.test(node) && event !== 'written') {
    return {
      message: `"${event}" of ${node}`,
      expected: 'the name of one node, but for "written"',
    };
  }
  const seen = nodes.get(node) ?? {};
  const before = seen[event];
  if (before !== undefined) {
    return {
      message: `${node} has "${event}" twice: in line ${before.line}, too`,
      expected: 'one rotation in a file: give a file for each',
    };
  }
  // Each has three objects at most for each node of the largest mesh: a bound on the memory.
  if (nodes.size > 2 * mostNodes) {
    return { message: 'there are too many nodes', expected: `at most ${mostNodes} nodes` };
  }
  seen[event] = { at, line };
  nodes.set(node, seen);
  return undefined;
}

function conclude(nodes: ReadonlyMap<string, Seen>, findings: Findings): Fault | undefined {
  const all = [...nodes.keys()]
    .filter((node) => !node.endsWith('*'))
    .map((node) => ({ node, seen: withWritten(nodes, node) }));
  const filesSeen = all.some(({ seen }) => seen.file !== undefined);
  for (const { node, seen } of all) {
    const fault = outOfOrder(node, seen);
    if (fault !== undefined) return fault;
    for (const { delay, from, to } of steps) measure(findings, delay, seen[from], seen[to]);
    if (!filesSeen) measure(findings, 'secretSyncAndLoad', seen.written, seen.loaded);
  }
  for (const event of filesSeen ? (['file', 'loaded'] as const) : (['loaded'] as const)) {
    noteMissing(findings, event, all);
  }
  return undefined;
}

function withWritten(nodes: ReadonlyMap<string, Seen>, node: string): Seen {
  const own = nodes.get(node) ?? {};
  const [cluster = ''] = node.split('/');
  const written = own.written ?? nodes.get(`${cluster}/*`)?.written ?? nodes.get('*')?.written;
  return written === undefined ? own : { ...own, written };
}

/** Nodes that never came so far would make the slow end look faster than it is. */
function noteMissing(
  { notes }: Findings,
  event: 'file' | 'loaded',
  all: readonly { readonly node: string; readonly seen: Seen }[],
): void {
  const missing = all.filter(({ seen }) => seen[event] === undefined);
  if (missing.length === 0 || missing.length === all.length) return;
  const [first] = missing;
  notes.push(
    `${missing.length} of ${all.length} nodes have no "${event}", such as ${first?.node ?? ''}: they do not count, and may be the slowest`,
  );
}

function outOfOrder(node: string, seen: Seen): Fault | undefined {
  const present = events.flatMap((event) => {
    const observation = seen[event];
    return observation === undefined ? [] : [{ event, ...observation }];
  });
  for (const [index, later] of present.slice(1).entries()) {
    const earlier = present[index];
    if (earlier === undefined || earlier.at <= later.at) continue;
    return {
      message: `a delay of ${node} is negative: "${later.event}" is before "${earlier.event}" in line ${earlier.line}`,
      expected: `the events in this order: ${events.join(', ')}`,
      hint: 'are the clocks of the machines the same?',
      line: later.line,
    };
  }
  return undefined;
}

function measure(
  findings: Findings,
  delay: Parameters<typeof addTime>[1],
  from: Observation | undefined,
  to: Observation | undefined,
): void {
  if (from !== undefined && to !== undefined) addTime(findings, delay, to.at - from.at);
}
