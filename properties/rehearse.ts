import type { Microseconds } from '../model/time.ts';
import {
  isBlameless,
  type Run,
  type Scenario,
  simulate,
  type SimulateOptions,
  type Trace,
} from '../sim/index.ts';
import { explainFirstLoss } from './explain.ts';
import { type Deviation, deviations } from './expectation.ts';
import { FirstLossWatch } from './first-loss.ts';
import { History } from './history.ts';
import { LogWatch } from './log-watch.ts';
import { MarginWatch } from './margin-watch.ts';
import { SequenceWatch } from './sequence-watch.ts';
import { Timeline, type TimelineEntry } from './timeline.ts';
import type { Verdict } from './verdict.ts';

/** A run, what it shows, and whether that is what the scenario expects. */
export interface Rehearsal {
  readonly run: Run;
  readonly verdict: Verdict;
  readonly timeline: readonly TimelineEntry[];
  /** Where the run is not as the scenario expects; empty where it is, or expects nothing. */
  readonly deviations: readonly Deviation[];
}

/** Carries out a scenario and judges what happened. */
export function rehearse(scenario: Scenario, options: SimulateOptions = {}): Rehearsal {
  const watches: Watches[] = [];
  const run = simulate(scenario, {
    ...options,
    observe: (trace) => {
      watches.push(watch(scenario, trace));
      options.observe?.(trace);
    },
  });
  const [watched] = watches;
  const verdict = watched === undefined ? incomplete : judge(scenario, run, watched);
  const timeline = watched?.timeline.entries ?? [];
  const found =
    watched === undefined ? [] : deviations(scenario.expect, { ...watched, run }, verdict);
  return { run, verdict, timeline, deviations: found };
}

const incomplete: Verdict = { kind: 'inconclusive', reason: 'nothing was observed' };

interface Watches {
  readonly history: History;
  readonly firstLoss: FirstLossWatch;
  readonly margin: MarginWatch;
  readonly timeline: Timeline;
  readonly logs: LogWatch;
  readonly sequences: SequenceWatch;
}

function watch(scenario: Scenario, trace: Trace): Watches {
  const history = new History(trace);
  return {
    history,
    firstLoss: new FirstLossWatch(trace, history),
    margin: new MarginWatch(scenario, trace, history),
    timeline: new Timeline(trace),
    logs: new LogWatch(trace),
    sequences: new SequenceWatch(
      trace,
      scenario.expect.maxSequenceNumber.map(({ at }) => at),
    ),
  };
}

function judge(scenario: Scenario, run: Run, watched: Watches): Verdict {
  const endedAt: Microseconds = run.end.at;
  const lost = watched.firstLoss.evidence;
  const margin = watched.margin.result(endedAt);
  const loss = run.losses.find(({ fate }) => !isBlameless(fate));
  if (lost !== undefined && loss !== undefined) {
    const parts = { history: watched.history, watch: watched.firstLoss, loss };
    return { kind: 'unsafe', firstLoss: explainFirstLoss(scenario, parts, lost), margin };
  }
  if (run.end.kind === 'inconclusive') return { kind: 'inconclusive', reason: run.end.reason };
  return { kind: 'safe', margin };
}
