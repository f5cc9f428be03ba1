import type { Microseconds } from '../../model/time.ts';
import type { Look, Scenario, Trace } from '../../sim/index.ts';
import type { History } from '../history.ts';
import type { Premises } from './premises.ts';

/** What an invariant looks at: one run, from before its first event. */
export interface Subject {
  readonly scenario: Scenario;
  readonly premises: Premises;
  readonly trace: Trace;
  readonly look: Look;
  readonly history: History;
  /** Whether nothing disturbs the node in this run: see {@link Premises.undisturbed}. */
  isUndisturbed(node: number): boolean;
  nameOf(node: number): string;
}

/** Tells that an invariant is violated, or, of the kind `sometimes`, that it is reached. */
export type Note = (at: Microseconds, what: string) => void;

/** Asked once, when the run is over. */
export type AtEnd = (endedAt: Microseconds) => void;

/**
 * One thing that must hold. `always`: at no instant may it be otherwise. `eventually`: when all
 * that disturbed has been over for long, it must be so. `sometimes`: some run of a campaign must
 * get there, or else the others have shown nothing about it.
 */
export interface Invariant {
  readonly id: string;
  readonly kind: 'always' | 'eventually' | 'sometimes';
  /** What holds, in one sentence. */
  readonly sentence: string;
  /** Where the rule comes from. */
  readonly source: string;
  /** Observes a run; what it returns is called at the end of the run. */
  readonly watch: (subject: Subject, note: Note) => AtEnd | undefined;
}
