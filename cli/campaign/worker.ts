import { parentPort } from 'node:worker_threads';
import { type CampaignPlan, runChunk } from '../../properties/index.ts';

/** One chunk of a campaign, to be run by a worker thread. */
export interface ChunkTask {
  readonly plan: CampaignPlan;
  readonly chunk: number;
  readonly most: number;
}

parentPort?.on('message', ({ plan, chunk, most }: ChunkTask) => {
  parentPort?.postMessage(runChunk(plan, chunk, most));
});
