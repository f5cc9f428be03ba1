import { Judge, type Rehearsal } from '../../properties/index.ts';
import type { Run, Scenario, Trace } from '../../sim/index.ts';
import { DropSeries } from './drop-series.ts';
import { KeyLives } from './key-lives.ts';

/** A run with all that pictures of it are made of. */
export interface Recorded {
  readonly rehearsal: Rehearsal;
  /** `cluster/node`, in the order of their numbers below. */
  readonly nodes: readonly string[];
  readonly lives: KeyLives;
  readonly drops: DropSeries;
}

/** Watches a trace for the pictures of a report, and judges the run like {@link Judge}. */
export class Recording {
  readonly #judge: Judge;
  readonly #nodes: readonly string[];
  readonly #lives: KeyLives;
  readonly #drops: DropSeries;

  constructor(scenario: Scenario, trace: Trace) {
    this.#judge = new Judge(scenario, trace);
    this.#nodes = trace.names.nodes;
    this.#lives = new KeyLives(trace);
    this.#drops = new DropSeries(trace);
  }

  finish(run: Run): Recorded {
    const rehearsal = this.#judge.judge(run);
    return { rehearsal, nodes: this.#nodes, lives: this.#lives, drops: this.#drops };
  }
}
