import type { AgentMaker } from '../agent-maker.ts';

/** Cilium's agent with something mended that its releases lack. */
export interface Fix {
  readonly name: string;
  readonly sentence: string;
  /** Where the fault was reported, or can be read. */
  readonly source: string;
  readonly make: AgentMaker;
}
