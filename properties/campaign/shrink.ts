import { millisecond } from '../../model/time.ts';
import { isBlameless, simulate } from '../../sim/index.ts';
import { type Case, scenarioOf } from '../generators/index.ts';
import type { Judgement } from '../invariants/index.ts';
import type { CampaignPlan } from './campaign-plan.ts';
import { magnified } from './magnified.ts';

export interface Shrunk {
  readonly made: Case;
  readonly judgement: Judgement;
  readonly tried: number;
}

/** How many smaller cases are tried: enough to get to the core, and an end in any case. */
const mostTried = 600;
/** How many more when simplifying: each simpler form with several seeds. */
const mostSimplified = 800;
/** A race may be open with one seed in twenty, as where a pod's record waits for a beat of 10 s. */
const seedsTried = 60;

/** Collects the smallest case that still violates one invariant. */
export class Shrinking {
  readonly #judge: (made: Case) => Judgement;
  readonly #plan: CampaignPlan;
  #tried = 0;
  #most = mostTried;
  #mustLose = false;
  #smallest: Omit<Shrunk, 'tried'> | undefined = undefined;

  constructor(judge: (made: Case) => Judgement, plan: CampaignPlan) {
    this.#judge = judge;
    this.#plan = plan;
  }

  /** Whether this case is a smaller one that still violates the invariant; the first one sets what is asked of the rest. */
  accepts(made: Case): boolean {
    if (this.#tried >= this.#most) return false;
    this.#tried += 1;
    const judgement = this.#judge(made);
    const [finding] = judgement.findings;
    if (finding === undefined) {
      // fast-check goes on with the cases after one that holds: they are not what was asked for.
      if (this.#smallest === undefined) this.#most = 0;
      return false;
    }
    if (this.#smallest === undefined) this.#mustLose = this.#loses(made, finding.at);
    else if (this.#mustLose && !this.#loses(made, finding.at)) return false;
    this.#smallest = { made, judgement };
    return true;
  }

  /** Tries simpler clusters with other seeds: fewer nodes make other draws, which may close a race. */
  simplify(): void {
    this.#most = this.#tried + mostSimplified;
    while (this.#smallest !== undefined) {
      const { made } = this.#smallest;
      if (!simplerThan(made).some((simpler) => this.#acceptsWithSomeSeed(simpler))) return;
    }
  }

  result(): Shrunk | undefined {
    return this.#smallest && { ...this.#smallest, tried: this.#tried };
  }

  #acceptsWithSomeSeed(made: Case): boolean {
    for (let seed = 0; seed < seedsTried; seed += 1) {
      if (this.accepts({ ...made, seed })) return true;
    }
    return false;
  }

  /** Whether probes that are close enough together meet the gap. */
  #loses(made: Case, at: number): boolean {
    const { losses } = simulate(magnified(scenarioOf(made, this.#plan.agent), at, millisecond));
    return losses.some(({ fate }) => !isBlameless(fate));
  }
}

/** What is simpler in one respect, the most telling first. */
function simplerThan(made: Case): readonly Case[] {
  return [
    ...made.faults.map((_, index) => ({ ...made, faults: made.faults.toSpliced(index, 1) })),
    ...(made.clusters === 2 ? [{ ...made, clusters: 1 as const }] : []),
    ...[2, 3, 4, 5].filter((nodes) => nodes < made.nodes).map((nodes) => ({ ...made, nodes })),
    ...(made.dualStack ? [{ ...made, dualStack: false }] : []),
  ];
}
