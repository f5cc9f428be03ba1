import { describe, expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import type { Run } from './run.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import { clusterWith, scenarioWith, trafficOf, wait } from './test-support/scenario.ts';
import { type TraceFault, TraceReplay, traceFirstLine, traceLastLine } from './trace-file.ts';
import { jsonLines } from './trace-json.ts';

/** Two clusters, both families, a lost packet, and a rotation in one of them. */
const scenario: Scenario = scenarioWith({
  clusters: [
    clusterWith({ nodes: 2, settings: { families: [4, 6] } }),
    clusterWith({ name: 'west', id: 2, nodes: 1, settings: { families: [4, 6] } }),
  ],
  traffic: [trafficOf({ every: 10 * second, families: [4, 6] })],
  procedure: [wait(minute), { kind: 'rotate', clusters: ['east'] }, wait(minute)],
  faults: [
    {
      at: 5 * second,
      fault: { kind: 'deleteXfrmStates', nodes: { kind: 'all' }, direction: 'in' },
    },
  ],
});

function written(of: Scenario): { readonly lines: readonly string[]; readonly run: Run } {
  const lines = [traceFirstLine(of)];
  const run = simulate(of, {
    observe: (trace) => {
      trace.observeAll(jsonLines(trace, (line) => lines.push(line)));
    },
  });
  return { lines: [...lines, traceLastLine(run)], run };
}

const { lines, run } = written(scenario);

function read(text: readonly string[]): Run | TraceFault {
  const replay = new TraceReplay(() => undefined);
  for (const line of text) {
    const taken = replay.takeLine(line);
    if (!taken.ok) return taken.error;
  }
  const finished = replay.finish();
  return finished.ok ? finished.value : finished.error;
}

/** The first line of this event, changed, and all others as they were. */
function withEvent(event: string, change: (line: string) => string): readonly string[] {
  const place = lines.findIndex((line) => line.includes(`"event":"${event}"`));
  expect(place).toBeGreaterThan(0);
  return lines.with(place, change(lines[place] as string));
}

const last = lines.length - 1;
const withLast = (change: object): readonly string[] =>
  lines.with(last, JSON.stringify({ ...(JSON.parse(lines[last] as string) as object), ...change }));

describe('a trace file', () => {
  it('tells all of the run that it is of', () => {
    expect(run.losses.length).toBeGreaterThan(0);
    expect(read(lines)).toEqual(run);
  });

  it('lets its events happen again for those who watch', () => {
    const seen: string[] = [];
    const replay = new TraceReplay((_scenario, trace) => {
      trace.observeAll(jsonLines(trace, (line) => seen.push(line)));
    });
    for (const line of lines) replay.takeLine(line);
    expect(seen).toEqual(lines.slice(1, -1));
  });

  it('of a run with an address of nobody gives its state no peer', () => {
    const of = scenarioWith({
      faults: [
        {
          at: 30 * second,
          fault: { kind: 'restartAgent', nodes: { kind: 'all' }, downtime: second },
        },
      ],
      clusters: [clusterWith({ agent: 'changes-router-ip-at-restart' })],
      procedure: [wait(5 * minute)],
    });
    const { lines: odd, run: oddRun } = written(of);
    expect(odd.some((line) => line.includes('"peer":""'))).toBe(true);
    expect(read(odd)).toEqual(oddRun);
  });
});

describe('a trace file is refused', () => {
  it.each<[what: string, text: () => readonly string[], fault: Partial<TraceFault>]>([
    ['without a line', () => [], { line: 1, what: 'the file is empty' }],
    ['that is no JSON', () => ['title: a'], { line: 1, what: 'this is not a line of a trace' }],
    ...(['[]', 'null', '7'] as const).map(
      (text): [string, () => readonly string[], Partial<TraceFault>] => [
        `whose second line is ${text}`,
        () => [lines[0] as string, text],
        { line: 2, what: 'this is not a line of a trace', expected: 'one JSON object' },
      ],
    ),
    [
      'without its first line',
      () => lines.slice(1),
      { line: 1, what: 'this is not a trace of keyturn, or one without its first line' },
    ],
    [
      'of a later version',
      () => ['{"keyturnTrace":2}'],
      { line: 1, what: 'this trace has the format version 2', expected: 'version 1' },
    ],
    [
      'without a scenario',
      () => ['{"keyturnTrace":1,"scenario":{}}'],
      { line: 1, what: 'the first line holds no scenario' },
    ],
    [
      'with an event that is none',
      () => withEvent('keyLoaded', (line) => line.replace('keyLoaded', 'toString')),
      { what: 'there is no event "toString"' },
    ],
    [
      'with an event whose name is no text',
      () => withEvent('keyLoaded', (line) => line.replace('"keyLoaded"', '7')),
      { what: 'there is no event 7' },
    ],
    [
      'with an event before the one above it',
      () => withEvent('keyLoaded', (line) => line.replace(/"at":\d+/, '"at":-1')),
      { what: 'the instant -1 does not follow 0' },
    ],
    [
      'with an instant that is no whole number',
      () => withEvent('keyLoaded', (line) => line.replace(/"at":\d+/, '"at":0.5')),
      { what: 'the instant 0.5 does not follow 0' },
    ],
    [
      'with an instant that is a text',
      () => withEvent('keyLoaded', (line) => line.replace(/"at":\d+/, '"at":"0"')),
      { what: 'the instant "0" does not follow 0' },
    ],
    [
      'with a number that is none',
      () => withEvent('keyLoaded', (line) => line.replace(/"keyId":\d+/, '"keyId":"3"')),
      { what: 'keyLoaded: keyId is "3"', expected: 'a whole number' },
    ],
    [
      'with a value too few',
      () => withEvent('keyLoaded', (line) => line.replace(/,"keyId":\d+/, '')),
      { what: 'keyLoaded: keyId is missing', expected: 'a whole number' },
    ],
    [
      'with a number for a name',
      () => withEvent('keyLoaded', (line) => line.replace('"east/n1"', '1')),
      { what: 'keyLoaded: node is 1', expected: 'a node of the scenario' },
    ],
    [
      'with a cluster that it does not have',
      () => withEvent('secretWritten', (line) => line.replace('"east"', '"north"')),
      { what: 'secretWritten: cluster is "north"', expected: 'a cluster of the scenario' },
    ],
    [
      'with a fate that is none',
      () => withEvent('packetFate', (line) => line.replace(/"fate":"\w+"/, '"fate":"lost"')),
      { what: 'packetFate: fate is "lost"', expected: 'a fate of packets' },
    ],
    [
      'that was cut off',
      () => lines.slice(0, -1),
      { line: last, what: 'the trace ends before its end: it was cut off' },
    ],
    [
      'with more after its end',
      () => [...lines, '{}'],
      { line: last + 2, what: 'there is more after the last line' },
    ],
    [
      'whose numbers of packets are none',
      () => withLast({ packets: { sent: '7', delivered: 0, inFlight: 0 } }),
      { line: last + 1, what: 'the last line is not whole' },
    ],
    [
      'that tells of no nodes at its end',
      () => withLast({ nodes: undefined }),
      { line: last + 1, what: 'the last line is not whole' },
    ],
  ])('%s', (_what, text, fault) => {
    expect(read(text())).toMatchObject(fault);
  });

  it('whose events do not bear out its digest', () => {
    const changed = withEvent('keyLoaded', (line) => line.replace(/"keyId":\d+/, '"keyId":9'));
    expect(read(changed)).toMatchObject({
      line: last + 1,
      what: expect.stringMatching(
        new RegExp(`^the events add up to the digest [0-9a-f]{16}, not to ${run.digest}$`),
      ) as unknown,
    });
  });
});
