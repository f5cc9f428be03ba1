import type { Family } from '../model/address.ts';
import type { NodeName } from '../model/agent/index.ts';
import type { Microseconds } from '../model/time.ts';
import type { XfrmCounter } from '../model/xfrm/index.ts';
import type { PacketFate } from './packet-fate.ts';
import type { Scenario } from './scenario.ts';

/** What came out of one run. The same scenario and seed give the same, digest included. */
export interface Run {
  readonly scenario: Scenario;
  /** 16 hexadecimal digits over every event of the run in its order. */
  readonly digest: string;
  readonly end: RunEnd;
  /** How many events the queue ran. */
  readonly events: number;
  readonly packets: PacketTotals;
  readonly nodes: readonly NodeOutcome[];
  /** In the order of their first packet. */
  readonly losses: readonly Loss[];
}

/** `finished`: the procedure was carried out to its end. */
export type RunEnd =
  | { readonly kind: 'finished'; readonly at: Microseconds }
  | { readonly kind: 'inconclusive'; readonly at: Microseconds; readonly reason: string };

export interface PacketTotals {
  /** Every probe that a pod sent, whether or not it left the node. */
  readonly sent: number;
  readonly delivered: number;
  readonly inFlight: number;
}

export interface NodeOutcome {
  readonly name: NodeName;
  readonly loadedKeyId: number;
  /** `/proc/net/xfrm_stat`, over all boots of the run; counters at zero left out. */
  readonly counters: ReadonlyMap<XfrmCounter, number>;
  /** "Keys in use" of `cilium-dbg encrypt status`: each change, the first one at the start. */
  readonly keysInUse: readonly KeysInUse[];
}

export interface KeysInUse {
  readonly at: Microseconds;
  readonly count: number;
}

/** The packets of one flow that met one fate other than delivery. */
export interface Loss {
  readonly sender: NodeName;
  readonly receiver: NodeName;
  readonly family: Family;
  readonly fate: PacketFate;
  readonly count: number;
  readonly firstAt: Microseconds;
  readonly lastAt: Microseconds;
  /** The key ID of the first one; 0 where none was chosen. */
  readonly keyId: number;
}
