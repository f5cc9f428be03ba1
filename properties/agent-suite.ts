import { type AgentMaker, makeCiliumAgent } from '../agents/index.ts';
import type { CiliumRelease } from '../model/release.ts';
import { agentsBy, type Scenario, type Source } from '../sim/index.ts';
import { rehearse, type Rehearsal } from './rehearse.ts';

/** A scenario that a correct agent survives, and the same with what it was made from. */
export interface SuiteCase {
  readonly id: string;
  readonly title: string;
  readonly sources: readonly Source[];
  readonly sound: Scenario;
  /** With the agent that had the incident. */
  readonly broken: Scenario;
}

/** An agent that the suite is run against. */
export interface AgentUnderTest {
  readonly name: string;
  /** The release whose eBPF programs it is made for; undefined: each scenario's. */
  readonly release: CiliumRelease | undefined;
  readonly make: AgentMaker;
  /** Ends a run; answers why nothing can be said of it. */
  endRun(): string | undefined;
}

/** What became of an agent in one scenario. */
export type CaseOutcome =
  | { readonly kind: 'survived' }
  | { readonly kind: 'failed'; readonly rehearsal: Rehearsal; readonly likeIncident: boolean }
  /** The agent broke the protocol, or did not come to an end. */
  | { readonly kind: 'fault'; readonly reason: string }
  | { readonly kind: 'inconclusive'; readonly reason: string }
  /** The same seed gave two different runs. */
  | { readonly kind: 'nonDeterministic'; readonly digests: readonly [string, string] };

export interface CaseResult {
  readonly suiteCase: SuiteCase;
  readonly outcome: CaseOutcome;
  readonly digest: string;
}

/** Whether Cilium's own agent survives it: only then may another be blamed for not doing so. */
export function isSurvivable(sound: Scenario, release: CiliumRelease | undefined): boolean {
  return isSound(rehearse(onRelease(sound, release)));
}

/** Runs an agent through one scenario, twice: an agent that draws on chance shows it. */
export function runCase(suiteCase: SuiteCase, agent: AgentUnderTest): CaseResult {
  const scenario = onRelease(suiteCase.sound, agent.release);
  const first = runOnce(scenario, agent);
  if (first.fault !== undefined) return faulty(suiteCase, first.fault);
  const second = runOnce(scenario, agent);
  if (second.fault !== undefined) return faulty(suiteCase, second.fault);
  const { digest } = first.rehearsal.run;
  const other = second.rehearsal.run.digest;
  const outcome: CaseOutcome =
    digest === other
      ? judge(suiteCase, agent, first.rehearsal)
      : { kind: 'nonDeterministic', digests: [digest, other] };
  return { suiteCase, outcome, digest };
}

function faulty(suiteCase: SuiteCase, reason: string): CaseResult {
  return { suiteCase, outcome: { kind: 'fault', reason }, digest: '' };
}

function runOnce(
  scenario: Scenario,
  agent: AgentUnderTest,
): { readonly rehearsal: Rehearsal; readonly fault: string | undefined } {
  const rehearsal = rehearse(scenario, { agents: agentsBy(agent.make) });
  return { rehearsal, fault: agent.endRun() };
}

function judge(suiteCase: SuiteCase, agent: AgentUnderTest, rehearsal: Rehearsal): CaseOutcome {
  if (rehearsal.verdict.kind === 'inconclusive') {
    return { kind: 'inconclusive', reason: rehearsal.verdict.reason };
  }
  if (isSound(rehearsal)) return { kind: 'survived' };
  return { kind: 'failed', rehearsal, likeIncident: isLike(suiteCase, agent, rehearsal) };
}

/** An agent logs what it likes; what it does to packets and keys is held to the scenario. */
function isSound({ verdict, deviations }: Rehearsal): boolean {
  return verdict.kind === 'safe' && deviations.every(({ what }) => what.startsWith('log lines'));
}

/**
 * Whether the agent that had the incident loses the first packet in the same way, at the same instant,
 * and Cilium's own agent does not: what both do tells nothing of this one.
 */
function isLike(
  { sound, broken }: SuiteCase,
  { release }: AgentUnderTest,
  found: Rehearsal,
): boolean {
  const own = rehearse(onRelease(sound, release), { agents: agentsBy(makeCiliumAgent) });
  if (!isSound(own) && lossText(own) === lossText(found)) return false;
  const incident = rehearse(onRelease(broken, release));
  if (incident.run.digest === found.run.digest) return true;
  return lossText(incident) !== '' && lossText(incident) === lossText(found);
}

function lossText({ verdict }: Rehearsal): string {
  if (verdict.kind !== 'unsafe') return '';
  const { loss } = verdict.firstLoss;
  return JSON.stringify([loss.fate, loss.sender, loss.receiver, loss.firstAt]);
}

/**
 * Failures first, and of these first those in the scenarios of the incident that the agent is most
 * like (`likenesses`), so that the incident is what is read first.
 */
export function inOrderOfBlame(
  results: readonly CaseResult[],
  mostLike: readonly SuiteCase[] = [],
): readonly CaseResult[] {
  const first = new Set(mostLike.map(({ id }) => id));
  const rank = ({ suiteCase, outcome }: CaseResult): number => {
    if (outcome.kind === 'survived') return 4;
    if (outcome.kind !== 'failed') return 3;
    if (first.has(suiteCase.id)) return 0;
    return outcome.likeIncident ? 1 : 2;
  };
  return [...results].sort((one, other) => rank(one) - rank(other));
}

/** The scenario with every agent of one release. */
export function onRelease(scenario: Scenario, release: CiliumRelease | undefined): Scenario {
  if (release === undefined) return scenario;
  return {
    ...scenario,
    clusters: scenario.clusters.map((cluster) => ({ ...cluster, release })),
    procedure: scenario.procedure.map((step) =>
      step.kind === 'upgrade' ? { ...step, release } : step,
    ),
  };
}
