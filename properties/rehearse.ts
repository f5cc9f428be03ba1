import { assert } from '../model/assert.ts';
import type { Microseconds } from '../model/time.ts';
import {
  isBlameless,
  type Run,
  type Scenario,
  simulate,
  type SimulateOptions,
  type Trace,
} from '../sim/index.ts';
import { type Deviation, deviations } from './expectation.ts';
import { explainFirstLoss, withBlame } from './explain/index.ts';
import { FirstLossWatch } from './first-loss.ts';
import { History } from './history.ts';
import { LogWatch } from './log-watch.ts';
import { MarginWatch } from './margin-watch.ts';
import { RecordWatch } from './record-watch.ts';
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
  const judges: Judge[] = [];
  // Agents that are given stand in for those that the scenario names.
  const judged = options.agents === undefined ? scenario : withOwnAgents(scenario);
  const run = simulate(scenario, {
    ...options,
    observe: (trace, look) => {
      judges.push(new Judge(judged, trace));
      options.observe?.(trace, look);
    },
  });
  const [judge] = judges;
  assert(judge !== undefined, 'a run has a trace');
  return judge.judge(run);
}

function withOwnAgents(scenario: Scenario): Scenario {
  const clusters = scenario.clusters.map((cluster) => ({ ...cluster, agent: undefined }));
  return { ...scenario, clusters };
}

/** Watches a trace, be it of a run that happens or of one that is read again, and judges the run. */
export class Judge {
  readonly #scenario: Scenario;
  readonly #watched: Watches;

  constructor(scenario: Scenario, trace: Trace) {
    const history = new History(trace);
    this.#scenario = scenario;
    this.#watched = {
      history,
      firstLoss: new FirstLossWatch(trace, history),
      margin: new MarginWatch(scenario, trace, history),
      timeline: new Timeline(trace),
      logs: new LogWatch(trace),
      records: new RecordWatch(trace),
      sequences: new SequenceWatch(
        trace,
        scenario.expect.maxSequenceNumber.map(({ at }) => at),
      ),
    };
  }

  /** What came of the run, once its last event was seen. */
  judge(run: Run): Rehearsal {
    const verdict = judge(this.#scenario, run, this.#watched);
    const timeline = this.#watched.timeline.entries;
    const found = deviations(this.#scenario.expect, { ...this.#watched, run }, verdict);
    return { run, verdict, timeline, deviations: found };
  }
}

interface Watches {
  readonly history: History;
  readonly firstLoss: FirstLossWatch;
  readonly margin: MarginWatch;
  readonly timeline: Timeline;
  readonly logs: LogWatch;
  readonly records: RecordWatch;
  readonly sequences: SequenceWatch;
}

function judge(scenario: Scenario, run: Run, watched: Watches): Verdict {
  const endedAt: Microseconds = run.end.at;
  const lost = watched.firstLoss.evidence;
  const margin = watched.margin.result(endedAt);
  const loss = run.losses.find(({ fate }) => !isBlameless(fate));
  if (lost !== undefined && loss !== undefined) {
    const parts = { history: watched.history, watch: watched.firstLoss, loss };
    const firstLoss = withBlame(
      scenario,
      explainFirstLoss(scenario, parts, lost),
      (changed) => rehearse(changed).verdict,
    );
    return { kind: 'unsafe', firstLoss, margin };
  }
  if (run.end.kind === 'inconclusive') return { kind: 'inconclusive', reason: run.end.reason };
  return { kind: 'safe', margin };
}
