import { rehearse } from '../../properties/index.ts';
import { type Scenario, scenarioFromJson, simulate } from '../../sim/index.ts';
import {
  ChartStates,
  encryptStatus,
  instantText,
  Recording,
  xfrmStat,
  xfrmState,
} from '../index.ts';
import type { LabRun, NodeLook, PlotPoint, Request, Response } from './protocol.ts';

/* The simulator in a worker: the page stays alive while it counts. */

let current: Scenario | undefined = undefined;

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  try {
    self.postMessage(answer(data));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    self.postMessage({ kind: 'failed', id: data.id, message } satisfies Response);
  }
});

function answer(request: Request): Response {
  const { id } = request;
  switch (request.kind) {
    case 'run':
      current = scenarioFromJson(request.scenario);
      return { kind: 'run', id, run: labRun(current) };
    case 'look':
      return { kind: 'look', id, look: lookAt(request.at, request.node) };
    case 'plot':
      return { kind: 'plot', id, ...plot(scenarioFromJson(request.scenario)) };
  }
}

function labRun(scenario: Scenario): LabRun {
  let recording: Recording | undefined;
  let charts: ChartStates | undefined;
  const run = simulate(scenario, {
    observe: (trace) => {
      recording = new Recording(scenario, trace);
      charts = new ChartStates(trace);
    },
  });
  if (recording === undefined || charts === undefined) throw new Error('the run had no trace');
  const { rehearsal, nodes, lives, drops } = recording.finish(run);
  const { verdict, timeline } = rehearsal;
  const { packets, digest, end } = run;
  return {
    ...{ nodes, digest, verdict, timeline, end: end.at },
    clusters: scenario.clusters.map(({ name }) => name),
    chartChanges: charts.changes,
    sent: packets.sent,
    lost: packets.sent - packets.delivered - packets.inFlight,
    spans: lives.spans(end.at),
    pairKeys: lives.pairKeys,
    drops: drops.drops,
  };
}

/** So many lines of a log are shown: the newest. */
const logLines = 200;

function lookAt(at: number, index: number): NodeLook {
  if (current === undefined) throw new Error('nothing was run yet');
  const log: string[] = [];
  let look: NodeLook | undefined;
  simulate(current, {
    observe: (trace) => {
      trace.observe('log', (when, node, level, message) => {
        if (node !== index) return;
        const text = JSON.stringify(trace.meaning('text', message));
        log.push(`time="${instantText(when)}" level=${trace.meaning('text', level)} msg=${text}`);
        if (log.length > 2 * logLines) log.splice(0, logLines);
      });
    },
    until: {
      at,
      look: (nodes) => {
        const node = nodes[index];
        if (node === undefined) return;
        look = {
          ...{ status: encryptStatus(node), states: xfrmState(node), stat: xfrmStat(node) },
          log: log.slice(-logLines).join('\n'),
        };
      },
    },
  });
  if (look === undefined) throw new Error('there is no such node');
  return look;
}

/** The rotation duration needed, by when the slowest node has the secret; packets do not matter. */
function plot(scenario: Scenario): {
  readonly node: string;
  readonly points: readonly PlotPoint[];
} {
  const quiet = { ...scenario, traffic: [] };
  const { timeline } = rehearse(quiet);
  const last = timeline.filter(({ event, at }) => event === 'keyLoaded' && at > 0).at(-1);
  const written = timeline.find(({ event }) => event === 'secretWritten');
  if (last === undefined || written === undefined) return { node: '', points: [] };
  const name = String(last.fields.node);
  const [cluster = '', node = ''] = name.split('/');
  const present = last.at - written.at;
  const points = Array.from({ length: 13 }, (_, index) => {
    const delay = Math.round((Math.max(present, 60_000_000) * index) / 8);
    const at = { kind: 'node', cluster, node } as const;
    const override = {
      ...({ delay: 'secretSync', at, from: { kind: 'all' } } as const),
      value: { kind: 'constant', value: delay } as const,
    };
    const { verdict } = rehearse({
      ...quiet,
      delayOverrides: [...scenario.delayOverrides, override],
    });
    const margin = verdict.kind === 'inconclusive' ? undefined : verdict.margin;
    return { delay, needed: margin?.neededRotationDuration ?? Number.NaN };
  });
  return { node: name, points: points.filter(({ needed }) => !Number.isNaN(needed)) };
}
