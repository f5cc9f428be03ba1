import fc from 'fast-check';
import { type KernelProfile, kernelProfiles } from '../../../model/xfrm/index.ts';
import type { Machine } from '../machine.ts';
import type { Draft } from './draft.ts';
import { drafts } from './drafts.ts';
import { runInKernel, type TimedOperation } from './kernel-run.ts';
import { ModelRun } from './model-run.ts';
import { type Observation, sameObservation } from './observation.ts';
import { resolve } from './resolve.ts';

/** A sequence with what the model answered at each step. */
export interface ModelSequence {
  readonly steps: readonly TimedOperation[];
  readonly observed: readonly Observation[];
}

/** Runs a sequence through the model, which at the same time gives its packets their meaning. */
export function runInModel(
  sequence: readonly (Draft | undefined)[],
  profile: KernelProfile,
): ModelSequence {
  const model = new ModelRun(profile);
  const steps: TimedOperation[] = [];
  const observed: Observation[] = [];
  for (const draft of sequence) {
    const operation = draft && resolve(draft, model);
    if (operation === undefined) continue;
    const { now } = model;
    observed.push(model.step(operation));
    steps.push({ operation, at: now, transmitted: model.transmitted });
  }
  return { steps, observed };
}

/** The first step at which model and kernel differ. */
export interface Difference {
  readonly step: number;
  readonly steps: readonly TimedOperation[];
  readonly model: Observation;
  readonly kernel: Observation;
}

/** The number of the namespace that each sequence in turn opens and closes. */
const spaceNumber = 1;

export async function compareSequence(
  machine: Machine,
  sequence: readonly (Draft | undefined)[],
  noted: (counters: readonly string[]) => void = () => undefined,
): Promise<Difference | undefined> {
  const { steps, observed } = runInModel(sequence, kernelProfiles[machine.profile]);
  const answers = await runInKernel(machine, spaceNumber, steps);
  noted(answers.at(-1)?.counters ?? []);
  const step = observed.findIndex(
    (model, index) => !sameObservation(model, answers[index] as Observation),
  );
  if (step < 0) return undefined;
  const [model, kernel] = [observed[step], answers[step]];
  return { step, steps, model: model as Observation, kernel: kernel as Observation };
}

/** How often a difference is repeated, to tell what the kernel always does from a rare thing. */
export const repetitions = 10;

export interface CampaignOptions {
  readonly runs: number;
  readonly seed: number;
  /** Called after each sequence, with how many are done. */
  readonly progress?: (done: number) => void;
}

export interface CampaignResult {
  readonly runs: number;
  /** How often each counter was more than zero at the end of a sequence. */
  readonly counters: ReadonlyMap<string, number>;
  /** Shrunk to as few steps as show it. */
  readonly difference: Difference | undefined;
  /** How often the shrunk sequence differs when it is repeated `repetitions` times. */
  readonly repeated: number;
  /** Where `--seed` and this path lead straight to it. */
  readonly path: string | undefined;
}

/** Generates sequences and compares them, until one differs or all are done. */
export async function runCampaign(
  machine: Machine,
  { runs, seed, progress }: CampaignOptions,
): Promise<CampaignResult> {
  const counters = new Map<string, number>();
  let done = 0;
  let difference: Difference | undefined;
  const noted = (texts: readonly string[]): void => {
    for (const text of texts) {
      const [name = ''] = text.split('=');
      counters.set(name, (counters.get(name) ?? 0) + 1);
    }
  };
  const losses: unknown[] = [];
  const property = fc.asyncProperty(drafts, async (sequence) => {
    // A kernel that went away is no counterexample, and there is nothing to shrink.
    if (losses.length > 0) return true;
    const found = await compareSequence(machine, sequence, noted).catch((reason: unknown) => {
      losses.push(reason);
      throw reason;
    });
    done += 1;
    if (difference === undefined) progress?.(done);
    if (found !== undefined) difference = found;
    return found === undefined;
  });
  const details = await fc.check(property, { numRuns: runs, seed });
  if (losses.length > 0) throw losses[0];
  let repeated = 0;
  const [shrunk] = details.counterexample ?? [];
  for (let time = 0; shrunk !== undefined && time < repetitions; time += 1) {
    if ((await compareSequence(machine, shrunk)) !== undefined) repeated += 1;
  }
  return {
    runs: details.numRuns,
    counters,
    repeated,
    difference: details.failed ? difference : undefined,
    path: details.counterexamplePath ?? undefined,
  };
}
