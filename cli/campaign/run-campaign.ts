import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  type CampaignPlan,
  type ChunkResult,
  chunkSize,
  runChunk,
} from '../../properties/index.ts';
import type { ChunkTask } from './worker.ts';

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
  const take = async (
    run: (chunk: number, most: number) => Promise<ChunkResult>,
  ): Promise<void> => {
    while (next < Math.min(chunks, firstFailure) && !bounds.isOver()) {
      const chunk = next;
      next += 1;
      const result = await run(chunk, bounds.runs - chunk * chunkSize);
      results[chunk] = result;
      runs += result.runs;
      if (result.failure !== undefined) firstFailure = Math.min(firstFailure, chunk);
      bounds.progress(runs);
    }
  };
  await (bounds.workers === 0
    ? take(inThisThread(plan))
    : inWorkers(plan, Math.min(bounds.workers, chunks), take));
  return results.slice(0, firstFailure + 1);
}

/** Gives signals a turn between two chunks. */
function inThisThread(plan: CampaignPlan) {
  return async (chunk: number, most: number): Promise<ChunkResult> => {
    await new Promise((resolve) => setImmediate(resolve));
    return runChunk(plan, chunk, most);
  };
}

async function inWorkers(
  plan: CampaignPlan,
  count: number,
  take: (run: (chunk: number, most: number) => Promise<ChunkResult>) => Promise<void>,
): Promise<void> {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./worker.js', import.meta.url)),
  );
  try {
    await Promise.all(
      workers.map((worker) => take((chunk, most) => answerOf(worker, { plan, chunk, most }))),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** What a worker makes of a task; rejects with what it throws. */
async function answerOf(worker: Worker, task: ChunkTask): Promise<ChunkResult> {
  const answer = once(worker, 'message') as Promise<[ChunkResult]>;
  worker.postMessage(task);
  const [result] = await answer;
  return result;
}
