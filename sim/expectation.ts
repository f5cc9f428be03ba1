import type { Microseconds } from '../model/time.ts';
import type { NodeSelector } from './selector.ts';

/**
 * What a run must show. All numbers are exact. Keys are selectors: `all`, `east` or `east/n1`; for a
 * node the narrowest one counts, and a node that none selects is not looked at.
 */
export interface Expectation {
  readonly verdict: 'safe' | 'unsafe' | undefined;
  /** Parts of the lines of the chain of causes behind the first loss. */
  readonly causes: readonly string[];
  /** XFRM counters and Cilium's drop reasons at the end; one not named is 0. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /**
   * Packets that no counter tells of, by their fate, at the end; a fate not named is 0. One that left
   * unencrypted counts at its sender, every other one at its receiver.
   */
  readonly uncounted: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly keysInUse: readonly ExpectedKeys[];
  readonly maxSequenceNumber: readonly ExpectedSequenceNumber[];
  readonly logs: readonly ExpectedLog[];
  readonly recordWrites: readonly ExpectedRecordWrites[];
}

export interface ExpectedKeys {
  readonly at: Microseconds;
  readonly nodes: NodeSelector;
  readonly count: number;
}

/** "Max Seq. Number" of `cilium-dbg encrypt status`: the largest number sent with a state of now. */
export interface ExpectedSequenceNumber {
  readonly at: Microseconds;
  readonly nodes: NodeSelector;
  readonly value: number;
}

/** How many log lines, and last words of agents that exit, have `message` in them. */
export interface ExpectedLog {
  readonly nodes: NodeSelector;
  readonly message: string;
  /** On each of the nodes, from the start of the run to its end. */
  readonly count: number;
}

/** How many records nodes write to their registries in the second in which they write most. */
export interface ExpectedRecordWrites {
  readonly nodes: NodeSelector;
  /** Over all of these nodes together, after the start of the run. */
  readonly busiestSecond: number;
}

/** What any run shows. */
export const nothingExpected: Expectation = {
  verdict: undefined,
  causes: [],
  counters: {},
  uncounted: {},
  keysInUse: [],
  maxSequenceNumber: [],
  logs: [],
  recordWrites: [],
};
