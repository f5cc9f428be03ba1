import type { Mutant } from '../../agents/index.ts';
import { type CampaignPlan, chunkSize, clearestOf, type Place } from '../../properties/index.ts';
import { askForChunk } from './run-campaign.ts';
import type { ShrunkCase } from './task.ts';
import { type Ask, withWorkers } from './workers.ts';

/** Campaigns of one mutant: one for each seed, up to the first case that kills it. */
export interface Hunted {
  readonly mutant: Mutant;
  /** In the order of the seeds, as far as they came to an end. */
  readonly hunts: readonly Hunt[];
}

export interface Hunt {
  readonly plan: CampaignPlan;
  /** Undefined where it survived all cases. */
  readonly kill: Kill | undefined;
}

export interface Kill {
  /** How many cases it took. */
  readonly runs: number;
  readonly place: Place;
  /** All that it violated in the case that killed it. */
  readonly invariants: readonly string[];
  /** Undefined where the case was not shrunk. */
  readonly shrunk: ShrunkCase | undefined;
}

export interface HuntBounds {
  /** Cases of each campaign. */
  readonly runs: number;
  readonly isOver: () => boolean;
  readonly workers: number;
  readonly progress: (hunts: number) => void;
}

/** The campaigns of a mutant differ in their seeds alone. Each one's first kill is the same wherever it runs. */
export async function huntMutants(
  mutants: readonly Mutant[],
  plansOf: (mutant: Mutant) => readonly CampaignPlan[],
  bounds: HuntBounds,
): Promise<readonly Hunted[]> {
  const found = mutants.map((mutant) => ({ mutant, plans: plansOf(mutant), hunts: [] as Hunt[] }));
  const waiting = found.flatMap(({ plans, hunts }) =>
    plans.map((plan, place) => ({ plan, place, hunts })),
  );
  const count = waiting.length;
  const take = async (ask: Ask): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { plan, place, hunts } = next;
      // One shrunk case tells as much of a mutant as five, and takes as long as a thousand runs.
      const hunted = await hunt(ask, { plan, bounds, shrinks: place === 0 });
      if (hunted === undefined) return;
      hunts[place] = hunted;
      bounds.progress(count - waiting.length);
    }
  };
  await withWorkers(Math.min(bounds.workers, count), take);
  return found.map(({ mutant, hunts }) => ({ mutant, hunts: hunts.filter(Boolean) }));
}

interface HuntTask {
  readonly plan: CampaignPlan;
  readonly bounds: HuntBounds;
  readonly shrinks: boolean;
}

/** Undefined if the time is over before it has come to an end. */
async function hunt(ask: Ask, { plan, bounds, shrinks }: HuntTask): Promise<Hunt | undefined> {
  for (let done = 0; done < bounds.runs; done += chunkSize) {
    if (bounds.isOver()) return undefined;
    const part = { chunk: done / chunkSize, most: bounds.runs - done };
    const { failure, runs } = await askForChunk(ask, plan, part);
    if (failure === undefined) continue;
    const { place: at, findings } = failure;
    const place: Place = {
      chunk: part.chunk,
      place: at,
      invariant: clearestOf(findings)?.invariant ?? '',
    };
    const shrunk = shrinks ? (await ask({ kind: 'shrink', plan, place })).shrunk : undefined;
    const invariants = findings.map(({ invariant }) => invariant);
    return { plan, kill: { runs: done + runs, place, invariants, shrunk } };
  }
  return { plan, kill: undefined };
}
