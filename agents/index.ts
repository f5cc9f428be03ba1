export { type AgentMaker, makeCiliumAgent } from './agent-maker.ts';
export { type Fix, fixes } from './fixes/index.ts';
export { type Mutant, mutants, withoutShortcuts } from './mutants/index.ts';
export { agentNames, makeAgent, type NamedAgent, namedAgentOf } from './named-agents.ts';
