import { defined } from '../../model/assert.ts';
import { type CampaignPlan, type ChunkResult, chunkSize } from '../../properties/index.ts';
import { type Ask, withWorkers } from './workers.ts';

export interface CampaignBounds {
  readonly runs: number;
  /** Says that no further chunk is to begin: the time is over, or the user has had enough. */
  readonly isOver: () => boolean;
  /** How many worker threads; 0 runs all chunks in this one. The result is the same. */
  readonly workers: number;
  readonly progress: (runs: number) => void;
}

/** All chunks up to the first that fails, without gaps, in their order. */
export async function runCampaign(
  plan: CampaignPlan,
  bounds: CampaignBounds,
): Promise<readonly ChunkResult[]> {
  const chunks = Math.ceil(bounds.runs / chunkSize);
  const results: ChunkResult[] = [];
  let next = 0;
  let firstFailure = Number.POSITIVE_INFINITY;
  let runs = 0;
  const take = async (ask: Ask): Promise<void> => {
    while (next < Math.min(chunks, firstFailure) && !bounds.isOver()) {
      const chunk = next;
      next += 1;
      const result = await askForChunk(ask, plan, { chunk, most: bounds.runs - chunk * chunkSize });
      results[chunk] = result;
      runs += result.runs;
      if (result.failure !== undefined) firstFailure = Math.min(firstFailure, chunk);
      bounds.progress(runs);
    }
  };
  await withWorkers(Math.min(bounds.workers, chunks), take);
  return results.slice(0, firstFailure + 1);
}

/** Runs one chunk, or the first `most` cases of it. */
export async function askForChunk(
  ask: Ask,
  plan: CampaignPlan,
  part: { readonly chunk: number; readonly most: number },
): Promise<ChunkResult> {
  const { chunk } = await ask({ kind: 'chunk', plan, ...part });
  return defined(chunk, 'answer to a chunk');
}
