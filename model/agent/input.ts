import type { Address } from '../address.ts';
import type { NodeMapEntry } from '../datapath/index.ts';
import type { Microseconds } from '../time.ts';
import type { NodeName, NodeRecord } from './node-record.ts';
import type { AgentTimer } from './operation.ts';

/** What an agent is told. It handles one after another; the reclaimer's tick may come in between. */
export type AgentInput =
  | { readonly kind: 'start'; readonly start: AgentStart }
  /** The key file was created or replaced; undefined: it cannot be read. */
  | { readonly kind: 'keyFile'; readonly text: string | undefined }
  | { readonly kind: 'nodeUpsert'; readonly node: NodeRecord }
  | { readonly kind: 'nodeDelete'; readonly name: NodeName }
  /** A remote pod's record; a key ID of 0: the record names none. */
  | { readonly kind: 'endpointUpsert'; readonly address: Address; readonly keyId: number }
  | { readonly kind: 'endpointDelete'; readonly address: Address }
  | { readonly kind: 'timer'; readonly timer: AgentTimer };

/** All that an agent finds when its process starts. */
export interface AgentStart {
  /** The key file's text; undefined: it is not there. */
  readonly keyFile: string | undefined;
  /** The nodes in the registry, as far as this node sees it, without the local one. */
  readonly nodes: readonly NodeRecord[];
  /** The nodes that the agent knew when it last ran, from its checkpoint file. */
  readonly checkpoint: readonly NodeRecord[];
  /** The pinned `cilium_node_map_v2`. */
  readonly nodeMap: Iterable<readonly [Address, NodeMapEntry]>;
  /** The time to the first tick of the stale-key reclaimer: its phase. */
  readonly firstReclaimAfter: Microseconds;
}
