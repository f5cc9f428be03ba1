/**
 * keyturn as a library: read a scenario, carry it out, judge what happened.
 *
 * ```ts
 * const loaded = loadScenario(text, { file: 'rotation.yaml' });
 * if (loaded.ok) console.log(rehearse(loaded.value).verdict);
 * ```
 *
 * @module
 */
export * from './sim/index.ts';
export * from './properties/index.ts';
export * from './scenarios/index.ts';

/** What scenarios and results are made of. */
export { AssertionError } from './model/assert.ts';
export type { Result } from './model/result.ts';
export { hour, type Microseconds, millisecond, minute, second } from './model/time.ts';
export { type CiliumRelease, ciliumReleases } from './model/release.ts';
export {
  type Address,
  address,
  type Family,
  parseAddress,
  parsePrefix,
  type Prefix,
  prefix,
} from './model/address.ts';
export {
  type Errno,
  type KernelName,
  kernelNames,
  type XfrmCounter,
  xfrmCounters,
} from './model/xfrm/index.ts';

/** The agent: what the built-in one is made of, and what another one has to implement. */
export {
  type Agent,
  type AgentInput,
  type AgentProfile,
  agentProfiles,
  type AgentStart,
  type AgentTimer,
  CiliumAgent,
  type ExitCause,
  type LogLevel,
  type NodeName,
  type NodeRecord,
  type Operation,
  type OperationResult,
  type Operations,
} from './model/agent/index.ts';

/** Agents by name, as a scenario's `agent:` has it: mutants, each with one thing wrong. */
export { agentNames, makeAgent, type Mutant, mutants } from './agents/index.ts';

/** The lifecycles, and their diagrams. */
export type { Chart, Transition } from './model/chart.ts';
export { charts } from './model/charts.ts';
export { toMermaid } from './model/chart-mermaid.ts';
