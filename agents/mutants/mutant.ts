import type { CiliumRelease } from '../../model/release.ts';
import type { AgentMaker } from '../agent-maker.ts';

/**
 * Cilium's agent with one thing wrong. It is made of the agent itself: a switch in its profile or
 * settings, or something that stands between it and its node. Nothing of the agent is copied.
 */
export interface Mutant {
  /** What a scenario calls it: `agent: publishes-before-install`. */
  readonly name: string;
  /** What it does wrong. */
  readonly sentence: string;
  /** Where a real agent did so, or which rule it breaks. */
  readonly source: string;
  /** The newest release whose agent it changes; the newest of all where none is named. */
  readonly upTo?: CiliumRelease;
  /**
   * The one property of campaigns that notices it; not given where several do. So it is known that
   * each property is needed: `npm run idle-invariants` holds every mutant to this.
   */
  readonly onlySeenBy?: string;
  readonly make: AgentMaker;
}
