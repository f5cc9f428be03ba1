export type { Agent, Operations, Steps } from './agent.ts';
export { agentChart } from './agent-chart.ts';
export { backgroundSyncInterval } from './background-sync.ts';
export { CiliumAgent } from './cilium-agent.ts';
export type { AgentEnvironment, AgentRandom, AgentSettings } from './environment.ts';
export type { AgentInput, AgentStart } from './input.ts';
export { type LoadedKey, makeLoadedKey } from './loaded-key.ts';
export { nodeAddresses, type NodeName, type NodeRecord, type PerFamily } from './node-record.ts';
export type {
  AgentTimer,
  DeletedState,
  ExitCause,
  LogLevel,
  Operation,
  OperationResult,
} from './operation.ts';
export { type AgentProfile, agentProfiles } from './profile.ts';
export {
  defaultDropPolicies,
  forwardPolicy,
  inputState,
  isDefaultDrop,
  outputPolicy,
  outputState,
  toward,
  type Tunnel,
  wildcardInputPolicies,
} from './xfrm-objects.ts';
