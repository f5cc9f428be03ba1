import type { Family } from '../address.ts';
import type { KeyRing } from '../secret/index.ts';
import type { Microseconds } from '../time.ts';
import type { NodeRecord } from './node-record.ts';
import type { Operation, OperationResult } from './operation.ts';
import type { AgentProfile } from './profile.ts';

/** What an agent is configured with, and what it is given instead of chance. */
export interface AgentEnvironment {
  readonly profile: AgentProfile;
  readonly settings: AgentSettings;
  /** The local node. Its `keyId` is what was last published before this agent started. */
  readonly local: NodeRecord;
  readonly keyRing: KeyRing;
  readonly random: AgentRandom;
  /**
   * How often anything but this agent has changed what the agent keeps in the kernel and the maps
   * (`ip xfrm state flush`, say). As long as it stays the same, the agent may trust what it did.
   */
  foreignChanges(): number;
  /**
   * Does at once what takes no time, and answers; undefined: the operation must be yielded. It spares
   * the suspension of all generators in between, which for a large cluster is most of the time.
   */
  answerNow(operation: Operation): OperationResult | undefined;
}

/** The agent's flags that matter here. */
export interface AgentSettings {
  /** `ipsec-key-rotation-duration`; the agent's default is 5 min. */
  readonly rotationDuration: Microseconds;
  /** `enable-ipsec-key-watcher`; on by default. */
  readonly keyWatcher: boolean;
  /** `enable-ipv4` and `enable-ipv6`. */
  readonly families: readonly Family[];
  /** `routing-mode`. */
  readonly routing: 'native' | 'tunnel';
  /** The period of the stale-key reclaimer: 1 min, fixed in cilium: pkg/datapath/linux/ipsec/cell.go. */
  readonly reclaimInterval: Microseconds;
}

/** Go's map order and the node ID pool are random; each has a stream of its own. */
export interface AgentRandom {
  /** A number below `limit`, for a node ID. */
  nodeId(limit: number): number;
  /** A number below `limit`, for the order in which a Go map is walked. */
  mapOrder(limit: number): number;
}
