import { type Case, scenarioOf } from '../generators/index.ts';
import { type Invariant, judge, type Judgement } from '../invariants/index.ts';
import type { CampaignPlan } from './campaign-plan.ts';

/**
 * Carries out a case and holds it against these invariants. An agent in place of the release's own
 * answers only for what that one would not have done in the same case: so mutants can be told from
 * releases that have faults themselves.
 */
export function judgeCase(
  { agent }: CampaignPlan,
  made: Case,
  held: readonly Invariant[],
): Judgement {
  const judgement = judge(scenarioOf(made, agent), held);
  if (agent === undefined || judgement.findings.length === 0) return judgement;
  const own = new Set(judge(scenarioOf(made), held).findings.map(({ invariant }) => invariant));
  const findings = judgement.findings.filter(({ invariant }) => !own.has(invariant));
  return { ...judgement, findings };
}
