import { availableParallelism } from 'node:os';
import { type Mutant, mutants as allMutants } from '../../agents/index.ts';
import { type CampaignPlan, invariants, scenarioOf } from '../../properties/index.ts';
import { type MutantRow, mutantsReport } from '../../reports/index.ts';
import { type Hunted, type Kill, huntMutants } from '../campaign/hunt.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput } from '../failure.ts';

export interface MutantsOptions {
  /** Cases of each campaign. */
  readonly runs: number;
  /** How many campaigns of each mutant, with seeds that follow each other. */
  readonly seeds: number;
  readonly seed: number;
  /** Seconds of the wall clock, after which no further chunk begins. */
  readonly time?: number;
  /** Only these mutants. */
  readonly agent: readonly string[];
  /** Invariants that are not held: whether a mutant then survives tells whether they are idle. */
  readonly without: readonly string[];
  readonly workers?: number;
}

/** `keyturn mutants`: is every agent that does one thing wrong found out, and by what? */
export async function mutants(options: MutantsOptions): Promise<ExitCode> {
  const held = heldWithout(options.without);
  const chosen = allMutants.filter(
    ({ name }) => options.agent.length === 0 || options.agent.includes(name),
  );
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
  };
  process.once('SIGINT', interrupt);
  const { time, workers = availableParallelism() } = options;
  const endsAt = time === undefined ? Number.POSITIVE_INFINITY : Date.now() + time * 1000;
  const hunted = await huntMutants(chosen, (mutant) => plansOf(mutant, held, options), {
    runs: options.runs,
    isOver: () => interrupted || Date.now() >= endsAt,
    workers,
    progress: progressTo(chosen.length * options.seeds),
  });
  process.removeListener('SIGINT', interrupt);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const whole = hunted.filter(({ hunts }) => hunts.length === options.seeds);
  process.stdout.write(mutantsReport(whole.map(rowOf), options.seed));
  if (whole.length < hunted.length) {
    process.stdout.write(
      `Not come to an end: ${hunted.length - whole.length} of ${hunted.length}\n`,
    );
  }
  if (whole.some(survives)) return exitCode.violated;
  return whole.length < hunted.length ? exitCode.inconclusive : exitCode.holds;
}

/** A campaign without the kind `sometimes`: a mutant is not to be blamed for what was never tried. */
function heldWithout(ids: readonly string[]): readonly string[] {
  const known = invariants.filter(({ kind }) => kind !== 'sometimes').map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new BadInput(
      `--without ${unknown}: there is no such property\n  expected: one of: ${known.join(', ')}`,
    );
  }
  return known.filter((id) => !ids.includes(id));
}

function plansOf(
  { name, upTo = 'cilium-1.19' }: Mutant,
  held: readonly string[],
  { seed, seeds }: MutantsOptions,
): readonly CampaignPlan[] {
  return Array.from({ length: seeds }, (_, index) => ({
    seed: seed + index,
    range: { releases: [upTo] },
    held,
    agent: name,
  }));
}

function survives({ hunts }: Hunted): boolean {
  return hunts.every(({ kill }) => kill === undefined);
}

function rowOf({ mutant, hunts }: Hunted): MutantRow {
  const { kill } = hunts[0] ?? {};
  const plan = hunts[0]?.plan;
  return {
    name: mutant.name,
    release: (mutant.upTo ?? 'cilium-1.19').slice('cilium-'.length),
    killedBy: kill === undefined ? [] : killedBy(kill),
    runs: hunts.map((hunt) => hunt.kill?.runs ?? Number.POSITIVE_INFINITY),
    shrunk: plan === undefined ? undefined : sizeOf(plan, kill),
    place: kill && `${kill.place.chunk}:${kill.place.place}`,
  };
}

function killedBy({ place, invariants: violated }: Kill): readonly string[] {
  return [place.invariant, ...violated.filter((id) => id !== place.invariant)];
}

function sizeOf(plan: CampaignPlan, kill: Kill | undefined): MutantRow['shrunk'] {
  if (kill?.shrunk === undefined) return undefined;
  const { clusters, faults } = scenarioOf(kill.shrunk.made, plan.agent);
  const nodes = clusters.reduce((sum, cluster) => sum + cluster.nodes.length, 0);
  return { nodes, faults: faults.length };
}

function progressTo(all: number): (hunts: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (hunts) => process.stderr.write(`\r${hunts} of ${all} campaigns`);
}
