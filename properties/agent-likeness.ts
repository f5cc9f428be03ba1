import { makeAgent, mutants } from '../agents/index.ts';
import {
  type AgentUnderTest,
  type CaseResult,
  inPlaces,
  onRelease,
  rehearseWatched,
  type SuiteCase,
  type Watched,
} from './agent-suite.ts';

/** How much an agent's failures are those of the agent that had a public incident. */
export interface Likeness {
  /** The scenarios that are made from that agent. */
  readonly incidents: readonly SuiteCase[];
  /** In how many of the failures that one loses the same packets to the same fates at the same times. */
  readonly same: number;
  /** Failures that were compared. */
  readonly of: number;
}

/** More failures tell little more, and each is run with every agent that had an incident: the short ones do. */
const mostCompared = 8;
/** More are not looked at where several agents are equally alike. */
const mostSettled = 24;

/**
 * Which agents that had an incident fail as this one does, the most alike first. An agent is known by
 * what it does to packets, keys and counters in the scenarios that the other one fails, and not by the
 * one that is made from its incident. Where several are equally alike, those come first that survive
 * what this one survives, event by event.
 *
 * @param known All scenarios of the suite, whichever were run.
 */
export function likenesses(
  results: readonly CaseResult[],
  known: readonly SuiteCase[],
  { release }: Pick<AgentUnderTest, 'release'>,
): readonly Likeness[] {
  const failures = tellingFailures(results, release);
  if (failures.length === 0) return [];
  const scored = [...defectsOf(known)].map(([agent, incidents]) => {
    const sameAs = (result: CaseResult): Sameness => samenessOf(agent, result, release);
    const all = failures.map(sameAs);
    const same = all.filter((one) => one !== 'other').length;
    return { agent, incidents, same, equal: all.filter((one) => one === 'equal').length, sameAs };
  });
  const alike = scored
    .filter(({ same }) => same > 0)
    .sort((one, other) => other.same - one.same || other.equal - one.equal);
  const [best] = alike;
  const tied = alike.filter(({ same, equal }) => same === best?.same && equal === best.equal);
  const survived = results
    .filter(({ outcome }) => outcome.kind === 'survived')
    .slice(0, tied.length > 1 ? mostSettled : 0);
  const settled = tied
    .map((one) => ({
      ...one,
      elsewhere: survived.filter((result) => one.sameAs(result) === 'equal').length,
    }))
    .sort((one, other) => other.elsewhere - one.elsewhere);
  return [...settled, ...alike.slice(tied.length)].map(({ incidents, same }) => ({
    incidents,
    same,
    of: failures.length,
  }));
}

/** Without those that Cilium's own agent has, too: they tell nothing of this one. */
function tellingFailures(
  results: readonly CaseResult[],
  release: AgentUnderTest['release'],
): readonly CaseResult[] {
  const failures = results.flatMap((result) =>
    result.outcome.kind === 'failed' ? [{ result, of: result.outcome.rehearsal.run.events }] : [],
  );
  return failures
    .sort((one, other) => one.of - other.of)
    .map(({ result }) => result)
    .filter((result) => samenessOf(undefined, result, release) === 'other')
    .slice(0, mostCompared);
}

/** `equal`: event by event. `same`: the same packets, keys and counters. */
type Sameness = 'equal' | 'same' | 'other';

function samenessOf(
  agent: string | undefined,
  { suiteCase, outcome, digest }: CaseResult,
  release: AgentUnderTest['release'],
): Sameness {
  const watched = rehearseWatched(
    onRelease(suiteCase.sound, release),
    inPlaces(suiteCase, { make: (environment) => makeAgent(agent, environment) }),
  );
  if (watched.rehearsal.run.digest === digest) return 'equal';
  if (outcome.kind !== 'failed') return 'other';
  return signatureOf(watched) === signatureOf(outcome) ? 'same' : 'other';
}

function signatureOf({ rehearsal: { run, verdict }, crash }: Watched): string {
  const nodes = run.nodes.map(({ counters, keysInUse, loadedKeyId }) => [
    [...counters],
    keysInUse,
    loadedKeyId,
  ]);
  return JSON.stringify([verdict.kind, run.losses, nodes, crash ?? null]);
}

/** The agents by which scenarios are broken, and these scenarios. */
function defectsOf(known: readonly SuiteCase[]): ReadonlyMap<string, readonly SuiteCase[]> {
  const defects = new Map<string, SuiteCase[]>();
  for (const suiteCase of known) {
    for (const agent of agentsThatBreak(suiteCase)) {
      defects.set(agent, [...(defects.get(agent) ?? []), suiteCase]);
    }
  }
  return defects;
}

/** Those with one thing wrong, be it that they break others. */
function agentsThatBreak({ broken }: SuiteCase): ReadonlySet<string> {
  const named = new Set(broken.clusters.map(({ agent }) => agent));
  return new Set(mutants.map(({ name }) => name).filter((name) => named.has(name)));
}
