export {
  type AgentUnderTest,
  type CaseOutcome,
  type CaseResult,
  inOrderOfBlame,
  isSurvivable,
  onRelease,
  runCase,
  type SuiteCase,
} from './agent-suite.ts';
export { type Likeness, likenesses } from './agent-likeness.ts';
export { measure, type Measures, writesKey } from './compare-agents.ts';
export { check, type Check, type CheckedRun, seedsOf } from './check.ts';
export type { Deviation } from './expectation.ts';
export { heal, type Healing, probeDuration, probeInterval, rehearseAndHeal } from './heal.ts';
export { countersOf, uncountedOf } from './packets-of-node.ts';
export { Judge, rehearse, type Rehearsal } from './rehearse.ts';
export type { TimelineEntry } from './timeline.ts';
export type { Cause, FirstLoss, Margin, MarginRule, Verdict } from './verdict.ts';
export * from './plan/index.ts';
export * from './campaign/index.ts';
export { anyCase, type Case, type CaseRange, scenarioOf } from './generators/index.ts';
export {
  type Finding,
  type Invariant,
  invariants,
  judge,
  type Judgement,
  premisesOf,
} from './invariants/index.ts';
