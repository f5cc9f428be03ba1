export type { CampaignPlan } from './campaign-plan.ts';
export { campaignThreads } from './campaign-threads.ts';
export {
  type ChunkResult,
  chunkSize,
  clearestOf,
  type Place,
  runChunk,
  shrinkCase,
} from './chunk.ts';
export { magnified } from './magnified.ts';
export type { Shrunk } from './shrink.ts';
export { type AgentChunk, agentChunkSize, runAgentChunk } from './agent-campaign.ts';
