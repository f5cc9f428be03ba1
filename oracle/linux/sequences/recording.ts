import fc from 'fast-check';
import { type Address, parseAddress } from '../../../model/address.ts';
import { kernelProfiles, type KernelName } from '../../../model/xfrm/index.ts';
import type { Machine } from '../machine.ts';
import { runInModel } from './campaign.ts';
import { drafts } from './drafts.ts';
import { runInKernel } from './kernel-run.ts';
import { ModelRun } from './model-run.ts';
import { type Observation, sameObservation } from './observation.ts';
import type { Operation } from './operation.ts';

/** A sequence, and what a real kernel answered at each step. */
export interface RecordedSequence {
  readonly kernel: KernelName;
  readonly release: string;
  readonly steps: readonly { readonly operation: Operation; readonly observed: Observation }[];
}

/** Sequences from a seed, as a real kernel answers them: a line of JSON each. */
export async function recordSequences(
  machine: Machine,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const sequence of fc.sample(drafts, { numRuns: runs, seed })) {
    const { steps } = runInModel(sequence, kernelProfiles[machine.profile]);
    const answers = await runInKernel(machine, 1, steps);
    const recorded: RecordedSequence = {
      kernel: machine.profile,
      release: machine.release,
      steps: steps.map(({ operation }, index) => ({
        operation,
        observed: answers[index] as Observation,
      })),
    };
    lines.push(JSON.stringify(recorded, asText));
  }
  return lines;
}

/** Addresses are written as their text. */
function asText(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('text' in value)) return value;
  return parseAddress(String(value.text)) === undefined ? value : value.text;
}

export function readRecorded(line: string): RecordedSequence {
  return JSON.parse(line, (key, value: unknown): unknown => {
    const isName = ['source', 'destination', 'address'].includes(key);
    return isName && typeof value === 'string' ? (parseAddress(value) as Address) : value;
  }) as RecordedSequence;
}

/** The first step at which the model answers otherwise than the kernel did. */
export function replayRecorded({
  kernel,
  steps,
}: RecordedSequence):
  { readonly step: number; readonly model: Observation; readonly kernel: Observation } | undefined {
  const model = new ModelRun(kernelProfiles[kernel]);
  for (const [step, { operation, observed }] of steps.entries()) {
    const own = model.step(operation);
    if (!sameObservation(own, observed)) return { step, model: own, kernel: observed };
  }
  return undefined;
}
