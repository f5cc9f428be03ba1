export { anyCase, type Case, type CaseRange } from './case.ts';
export { scenarioOf } from './scenario-of.ts';
