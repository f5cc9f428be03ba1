export {
  type CampaignPlan,
  type ChunkResult,
  chunkSize,
  clearestOf,
  magnified,
  runChunk,
  shrinkCase,
  type Shrunk,
} from './chunk.ts';
