export { invariants } from './catalogue.ts';
export type { Invariant } from './invariant.ts';
export { type Finding, judge, type Judgement } from './judge.ts';
export { type Premises, premisesOf } from './premises.ts';
