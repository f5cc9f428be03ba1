import { type AgentMaker, makeAgent, makeCiliumAgent } from '../agents/index.ts';
import type { CiliumRelease } from '../model/release.ts';
import {
  type AgentFactory,
  agentsBy,
  namedAgent,
  type Scenario,
  type Source,
} from '../sim/index.ts';
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
  /** Fits agents of this process to be beside those that `make` makes; by default they do so as they are. */
  readonly among?: (make: AgentMaker) => AgentMaker;
  /** Ends a run; answers why nothing can be said of it. */
  endRun(): string | undefined;
}

/** What became of an agent in one scenario. */
export type CaseOutcome =
  | { readonly kind: 'survived' }
  | {
      readonly kind: 'failed';
      readonly rehearsal: Rehearsal;
      /** The first crash of its agents, in words. */
      readonly crash: string | undefined;
      readonly likeIncident: boolean;
    }
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
  return isSound(rehearseWatched(onRelease(sound, release), namedAgent));
}

/**
 * The agents of a sound scenario, with these in the places of those that had the incident. Elsewhere
 * are those that the scenario names, which do to them what led to it; without such places, on all
 * nodes that are not there for that.
 */
export function inPlaces(
  { sound, broken }: SuiteCase,
  { make, among = (as) => as }: Pick<AgentUnderTest, 'make' | 'among'>,
): AgentFactory {
  const agentsOf = new Map(broken.clusters.map(({ name, agent }) => [name, agent]));
  const changed = sound.clusters.filter(({ name, agent }) => agentsOf.get(name) !== agent);
  const plain = sound.clusters.filter(({ agent }) => agent === undefined);
  const [places = sound.clusters] = [changed, plain].filter(({ length }) => length > 0);
  const names = new Set(places.map(({ name }) => name));
  const made = agentsBy(make);
  return (world, node) => {
    if (names.has(node.cluster.name)) return made(world, node);
    const { agent } = node.cluster;
    return agentsBy(among((environment) => makeAgent(agent, environment)))(world, node);
  };
}

/** Runs an agent through one scenario, twice: an agent that draws on chance shows it. */
export function runCase(suiteCase: SuiteCase, agent: AgentUnderTest): CaseResult {
  const scenario = onRelease(suiteCase.sound, agent.release);
  const first = runOnce(suiteCase, scenario, agent);
  if (first.fault !== undefined) return faulty(suiteCase, first.fault);
  const second = runOnce(suiteCase, scenario, agent);
  if (second.fault !== undefined) return faulty(suiteCase, second.fault);
  const { digest } = first.rehearsal.run;
  const other = second.rehearsal.run.digest;
  const outcome: CaseOutcome =
    digest === other
      ? judge(suiteCase, agent, first)
      : { kind: 'nonDeterministic', digests: [digest, other] };
  return { suiteCase, outcome, digest };
}

function faulty(suiteCase: SuiteCase, reason: string): CaseResult {
  return { suiteCase, outcome: { kind: 'fault', reason }, digest: '' };
}

function runOnce(
  suiteCase: SuiteCase,
  scenario: Scenario,
  agent: AgentUnderTest,
): Watched & { readonly fault: string | undefined } {
  const watched = rehearseWatched(scenario, inPlaces(suiteCase, agent));
  return { ...watched, fault: agent.endRun() };
}

/** A rehearsal, and whether an agent crashed in it: packets may survive that, an agent has not. */
export interface Watched {
  readonly rehearsal: Rehearsal;
  readonly crash: string | undefined;
}

export function rehearseWatched(scenario: Scenario, agents: AgentFactory): Watched {
  let crash: string | undefined = undefined;
  const rehearsal = rehearse(scenario, {
    agents,
    observe: (trace) => {
      trace.observe('agentExited', (at, node, cause, message) => {
        if (trace.meaning('text', cause) !== 'panic') return;
        const what = String(trace.meaning('text', message));
        crash ??= `${at / 1_000_000} s  ${trace.names.nodes[node] ?? ''}  crashes: ${what}`;
      });
    },
  });
  return { rehearsal, crash };
}

function judge(suiteCase: SuiteCase, agent: AgentUnderTest, watched: Watched): CaseOutcome {
  const { rehearsal, crash } = watched;
  if (rehearsal.verdict.kind === 'inconclusive') {
    return { kind: 'inconclusive', reason: rehearsal.verdict.reason };
  }
  if (isSound(watched)) return { kind: 'survived' };
  const likeIncident = isLike(suiteCase, agent, rehearsal);
  return { kind: 'failed', rehearsal, crash, likeIncident };
}

/**
 * An agent logs what it likes, but for what a scenario says that a correct one does not; what it does
 * to packets and keys is held to the scenario.
 */
export function isSound({ rehearsal: { verdict, deviations }, crash }: Watched): boolean {
  const isAsExpected = deviations.every(
    ({ what, expected }) => what.startsWith('log lines') && expected !== '0',
  );
  return verdict.kind === 'safe' && isAsExpected && crash === undefined;
}

/**
 * Whether the agent that had the incident loses the first packet in the same way, at the same instant,
 * and Cilium's own agent does not: what both do tells nothing of this one.
 */
function isLike(suiteCase: SuiteCase, { release }: AgentUnderTest, found: Rehearsal): boolean {
  const { sound, broken } = suiteCase;
  const own = rehearseWatched(
    onRelease(sound, release),
    inPlaces(suiteCase, { make: makeCiliumAgent }),
  );
  if (!isSound(own) && lossText(own.rehearsal) === lossText(found)) return false;
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
  const first = mostLike.map(({ id }) => id);
  const rank = ({ suiteCase, outcome }: CaseResult): number => {
    if (outcome.kind === 'survived') return first.length + 3;
    if (outcome.kind !== 'failed') return first.length + 2;
    if (first.includes(suiteCase.id)) return first.indexOf(suiteCase.id);
    return outcome.likeIncident ? first.length : first.length + 1;
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
