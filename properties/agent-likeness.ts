import { makeAgent } from '../agents/index.ts';
import { agentsBy, type Scenario } from '../sim/index.ts';
import { type AgentUnderTest, type CaseResult, onRelease, type SuiteCase } from './agent-suite.ts';
import { rehearse, type Rehearsal } from './rehearse.ts';

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
  const failures = cheapestFailures(results);
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

function cheapestFailures(results: readonly CaseResult[]): readonly CaseResult[] {
  const failures = results.flatMap((result) =>
    result.outcome.kind === 'failed' ? [{ result, of: result.outcome.rehearsal.run.events }] : [],
  );
  return failures
    .sort((one, other) => one.of - other.of)
    .slice(0, mostCompared)
    .map(({ result }) => result);
}

/** `equal`: event by event. `same`: the same packets, keys and counters. */
type Sameness = 'equal' | 'same' | 'other';

function samenessOf(
  agent: string,
  { suiteCase, outcome, digest }: CaseResult,
  release: AgentUnderTest['release'],
): Sameness {
  const rehearsal = rehearse(onRelease(suiteCase.sound, release), {
    agents: agentsBy((environment) => makeAgent(agent, environment)),
  });
  if (rehearsal.run.digest === digest) return 'equal';
  if (outcome.kind !== 'failed') return 'other';
  return signatureOf(rehearsal) === signatureOf(outcome.rehearsal) ? 'same' : 'other';
}

function signatureOf({ run, verdict }: Rehearsal): string {
  const nodes = run.nodes.map(({ counters, keysInUse, loadedKeyId }) => [
    [...counters],
    keysInUse,
    loadedKeyId,
  ]);
  return JSON.stringify([verdict.kind, run.losses, nodes]);
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

function agentsThatBreak({ sound, broken }: SuiteCase): ReadonlySet<string> {
  const sane = agentsIn(sound);
  return new Set([...agentsIn(broken)].filter((agent) => !sane.has(agent)));
}

function agentsIn({ clusters }: Scenario): ReadonlySet<string> {
  return new Set(clusters.flatMap(({ agent }) => (agent === undefined ? [] : [agent])));
}
