import { type Agent, type AgentEnvironment, CiliumAgent } from '../model/agent/index.ts';

/** Makes the agent of one node, each time its process starts. */
export type AgentMaker = (environment: AgentEnvironment) => Agent;

/** Cilium's agent, as its release is meant to be. */
export const makeCiliumAgent: AgentMaker = (environment) => new CiliumAgent(environment);
