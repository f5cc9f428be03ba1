import type { CaseRange } from '../generators/index.ts';

/** What a campaign runs: plain data, so that it can be sent to a worker. */
export interface CampaignPlan {
  readonly seed: number;
  readonly range: CaseRange;
  /** The IDs of the invariants held. */
  readonly held: readonly string[];
  /** A mutant, in place of Cilium's own agent. */
  readonly agent: string | undefined;
}
