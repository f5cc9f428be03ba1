import { makeAgent, mutants } from '../agents/index.ts';
import {
  type AgentUnderTest,
  type CaseResult,
  inPlaces,
  isSound,
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
  const known = knownRun(agent, suiteCase, release);
  if (known.digest === digest) return 'equal';
  if (outcome.kind !== 'failed') return 'other';
  return known.signature === signatureOf(outcome) ? 'same' : 'other';
}

interface KnownRun {
  readonly digest: string;
  readonly signature: string;
}

/** What was run once: it is the same whatever agent it is compared with. */
const knownRuns = new WeakMap<SuiteCase, Map<string, KnownRun>>();

function knownRun(
  agent: string | undefined,
  suiteCase: SuiteCase,
  release: AgentUnderTest['release'],
): KnownRun {
  const runs = knownRuns.get(suiteCase) ?? new Map<string, KnownRun>();
  knownRuns.set(suiteCase, runs);
  const key = `${agent ?? ''} ${release ?? ''}`;
  const before = runs.get(key);
  if (before !== undefined) return before;
  const watched = rehearseWatched(
    onRelease(suiteCase.sound, release),
    inPlaces(suiteCase, { make: (environment) => makeAgent(agent, environment) }),
  );
  const known = { digest: watched.rehearsal.run.digest, signature: signatureOf(watched) };
  runs.set(key, known);
  return known;
}

function signatureOf(watched: Watched): string {
  const { run, verdict } = watched.rehearsal;
  const nodes = run.nodes.map(({ counters, keysInUse, loadedKeyId }) => [
    [...counters],
    keysInUse,
    loadedKeyId,
  ]);
  const { crash = null } = watched;
  return JSON.stringify([verdict.kind, run.losses, nodes, crash, isSound(watched)]);
}

/**
 * The agents that had an incident, and its scenarios: those that are broken by them, and those that are
 * broken by another agent that is made from the same report. First come those that cite the report.
 */
function defectsOf(known: readonly SuiteCase[]): ReadonlyMap<string, readonly SuiteCase[]> {
  const defects = new Map<string, readonly SuiteCase[]>();
  for (const mutant of mutants) {
    const akin = mutants.filter(
      ({ name, source }) => name === mutant.name || source === mutant.source,
    );
    const own = known.filter(({ broken }) =>
      broken.clusters.some(({ agent }) => akin.some(({ name }) => name === agent)),
    );
    const cites = ({ sources }: SuiteCase): boolean =>
      sources.some((source) => source.kind === 'issue' && isIssue(mutant.source, source.issue));
    const first = own.filter(cites);
    if (own.length > 0) defects.set(mutant.name, [...first, ...own.filter((one) => !cites(one))]);
  }
  return defects;
}

/** Whether the address is that of `cilium/cilium#44335`. */
function isIssue(address: string, issue: string): boolean {
  return address === `https://github.com/${issue.replace('#', '/issues/')}`;
}
