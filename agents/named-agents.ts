import type { Agent, AgentEnvironment } from '../model/agent/index.ts';
import { defined } from '../model/assert.ts';
import { makeCiliumAgent } from './agent-maker.ts';
import { type Fix, fixes } from './fixes/index.ts';
import { type Mutant, mutants } from './mutants/index.ts';

/** An agent that a scenario can name. */
export type NamedAgent = Mutant | Fix;

const agents: ReadonlyMap<string, NamedAgent> = new Map(
  [...mutants, ...fixes].map((agent) => [agent.name, agent]),
);

/** What `agent:` in a scenario may be. */
export const agentNames: readonly string[] = [...agents.keys()];

/**
 * The agent of this name. An unknown name is an error of the programmer's: whoever reads names holds
 * them against {@link agentNames} first.
 */
export function namedAgentOf(name: string): NamedAgent {
  return defined(agents.get(name), `agent ${name}`);
}

/** The agent of this name, Cilium's own where none is named. */
export function makeAgent(name: string | undefined, environment: AgentEnvironment): Agent {
  return name === undefined ? makeCiliumAgent(environment) : namedAgentOf(name).make(environment);
}
