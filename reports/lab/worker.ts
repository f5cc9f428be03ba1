import { minute } from '../../model/time.ts';
import { planRotation, rehearse } from '../../properties/index.ts';
import { type Scenario, scenarioFromJson, type ScenarioJson, simulate } from '../../sim/index.ts';
import {
  ChartStates,
  encryptStatus,
  instantText,
  Recording,
  xfrmStat,
  xfrmState,
} from '../index.ts';
import { slowestNode, withSlowest } from './knobbed.ts';
import type { LabRun, NodeLook, Plotted, Request, Response } from './protocol.ts';

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
      return { kind: 'plot', id, plot: plot(request.scenario) };
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
    plan: planOf(scenario),
    sent: packets.sent,
    lost: packets.sent - packets.delivered - packets.inFlight,
    spans: lives.spans(end.at),
    pairKeys: lives.pairKeys,
    drops: drops.drops,
  };
}

/** What `keyturn plan` prints: at most, over all that the delays may be. */
function planOf(scenario: Scenario): LabRun['plan'] {
  const nodes = scenario.clusters.reduce((sum, cluster) => sum + cluster.nodes.length, 0);
  if (nodes < 2) return undefined;
  const { needed, refusal, unfollowed } = planRotation(scenario, { packetsPerSecond: 100_000 });
  const most = needed.at(-1)?.duration;
  if (most === undefined || unfollowed.length > 0) return undefined;
  // Up to the millisecond, as the command prints it.
  return { needed: Math.ceil(most / 1000) * 1000, refusal };
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
function plot(scenario: ScenarioJson): Plotted {
  const quiet = { ...scenario, traffic: [] };
  const { cluster, node } = slowestNode(scenario);
  const name = `${cluster}/${node}`;
  const { timeline } = rehearse(scenarioFromJson(quiet));
  const written = timeline.find(({ event }) => event === 'secretWritten')?.at;
  if (written === undefined) return { node: name, points: [], present: undefined };
  const arrived = timeline.find(
    ({ event, at, fields }) => event === 'volumeUpdated' && at >= written && fields.node === name,
  )?.at;
  const present = arrived === undefined ? undefined : arrived - written;
  const widest = widestDelay(present ?? 0);
  const points = Array.from({ length: plotSteps + 1 }, (_, index) => {
    const delay = Math.round((widest * index) / plotSteps);
    const { verdict } = rehearse(scenarioFromJson(withSlowest(quiet, delay)));
    const margin = verdict.kind === 'inconclusive' ? undefined : verdict.margin;
    return { delay, needed: margin?.neededRotationDuration };
  });
  return {
    node: name,
    points: points.flatMap(({ delay, needed }) => (needed === undefined ? [] : { delay, needed })),
    present,
  };
}

const plotSteps = 12;

/** Half as much again as it is now, and even minutes. */
function widestDelay(present: number): number {
  return Math.max(1, Math.ceil((present * 1.5) / (2 * minute))) * 2 * minute;
}
