import type { Agent, AgentEnvironment } from '../model/agent/index.ts';
import { defined } from '../model/assert.ts';
import { type AgentMaker, makeCiliumAgent } from './agent-maker.ts';
import { fixes } from './fixes/index.ts';
import { mutants } from './mutants/index.ts';

const makers: ReadonlyMap<string, AgentMaker> = new Map(
  [...mutants, ...fixes].map(({ name, make }) => [name, make]),
);

/** What `agent:` in a scenario may be. */
export const agentNames: readonly string[] = [...makers.keys()];

/**
 * The agent of this name, Cilium's own where none is named. An unknown name is an error of the
 * programmer's: whoever reads names holds them against {@link agentNames} first.
 */
export function makeAgent(name: string | undefined, environment: AgentEnvironment): Agent {
  if (name === undefined) return makeCiliumAgent(environment);
  return defined(makers.get(name), `agent ${name}`)(environment);
}
