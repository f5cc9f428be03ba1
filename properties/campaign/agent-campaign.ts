import fc from 'fast-check';
import { agentsBy, type Scenario } from '../../sim/index.ts';
import type { AgentUnderTest } from '../agent-suite.ts';
import { anyCase, type Case, scenarioOf } from '../generators/index.ts';
import { type Finding, invariants, judge } from '../invariants/index.ts';

/** What a part of a campaign with an agent under test came to. */
export type AgentChunk =
  | { readonly kind: 'holds'; readonly runs: number }
  /** The smallest case found in which the agent does what must not be. */
  | {
      readonly kind: 'violated';
      readonly runs: number;
      readonly findings: readonly Finding[];
      readonly scenario: Scenario;
    }
  /** The agent broke the protocol, or did not come to an end. */
  | { readonly kind: 'fault'; readonly runs: number; readonly reason: string };

/** Cases of one chunk. */
export const agentChunkSize = 10;
/** How many smaller cases are tried: an agent behind a wire takes its time. */
const mostShrunk = 100;

/** A mutant of a campaign is not to blame for what was never tried. */
const held = invariants.filter(({ kind }) => kind !== 'sometimes');

/**
 * Runs generated clusters with the agent on all nodes and holds them to the invariants. It answers only
 * for what Cilium's own agent of the release would not have done in the same case.
 */
export function runAgentChunk(
  agent: AgentUnderTest,
  part: { readonly seed: number; readonly chunk: number; readonly most: number },
): AgentChunk {
  let runs = 0;
  let tried = 0;
  let found: { readonly made: Case; readonly findings: readonly Finding[] } | undefined = undefined;
  let fault: string | undefined = undefined;
  const property = fc.property(anyCase({ releases: [agent.release ?? 'cilium-1.19'] }), (made) => {
    if (found === undefined) runs += 1;
    else if ((tried += 1) > mostShrunk) return true;
    if (fault !== undefined) return false;
    const judged = findingsOf(agent, made, found?.findings[0]?.invariant);
    fault = judged.fault;
    if (fault === undefined && judged.findings.length === 0) return true;
    if (fault === undefined) found = { made, findings: judged.findings };
    return false;
  });
  const seed = (part.seed + Math.imul(part.chunk + 1, 0x9e37_79b1)) | 0;
  const details = fc.check(property, { seed, numRuns: Math.min(part.most, agentChunkSize) });
  if (details.failed && found === undefined && fault === undefined) throw details.errorInstance;
  return resultOf(runs, fault, found);
}

function resultOf(
  runs: number,
  fault: string | undefined,
  found: { readonly made: Case; readonly findings: readonly Finding[] } | undefined,
): AgentChunk {
  // What was found stays found where the agent breaks down over a smaller case.
  if (found !== undefined) {
    return { kind: 'violated', runs, findings: found.findings, scenario: scenarioOf(found.made) };
  }
  return fault === undefined ? { kind: 'holds', runs } : { kind: 'fault', runs, reason: fault };
}

/** What the agent does wrong in this case; of one invariant alone where one is asked for. */
function findingsOf(
  agent: AgentUnderTest,
  made: Case,
  only: string | undefined,
): { readonly findings: readonly Finding[]; readonly fault: string | undefined } {
  const asked = only === undefined ? held : held.filter(({ id }) => id === only);
  const scenario = scenarioOf(made);
  const { findings } = judge(scenario, asked, { agents: agentsBy(agent.make) });
  const fault = agent.endRun();
  if (fault !== undefined || findings.length === 0) return { findings, fault };
  const own = new Set(judge(scenario, asked).findings.map(({ invariant }) => invariant));
  return { findings: findings.filter(({ invariant }) => !own.has(invariant)), fault };
}
