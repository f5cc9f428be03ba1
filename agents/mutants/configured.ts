import type { AgentEnvironment, AgentProfile, AgentSettings } from '../../model/agent/index.ts';
import { type AgentMaker, makeCiliumAgent } from '../agent-maker.ts';

/** The agent with something else in its release's profile. */
export function withProfile(change: Partial<AgentProfile>): AgentMaker {
  return withEnvironment(({ profile }) => ({ profile: { ...profile, ...change } }));
}

/** The agent with a setting that nobody chose. */
export function withSettings(change: Partial<AgentSettings>): AgentMaker {
  return withEnvironment(({ settings }) => ({ settings: { ...settings, ...change } }));
}

/** The agent in another environment than its node gives it. */
export function withEnvironment(
  change: (environment: AgentEnvironment) => Partial<AgentEnvironment>,
): AgentMaker {
  return (environment) => makeCiliumAgent({ ...environment, ...change(environment) });
}
