import type { Address } from '../address.ts';

/** What `cilium_node_map_v2` says of an address. */
export interface NodeMapEntry {
  /** The ID that this agent gave the node: 1 to 65,535; 0 is the local node. */
  readonly nodeId: number;
  /** The key ID that the node last advertised. */
  readonly keyId: number;
}

/**
 * The pinned eBPF maps of one node that decide about encryption. They outlive the agent, but not
 * the node's boot.
 */
export class DatapathMaps {
  /** `cilium_node_map_v2`. */
  readonly nodes = new Map<Address, NodeMapEntry>();
  /** `cilium_ipcache`: the key ID of a remote pod (releases that keep keys per endpoint). */
  readonly endpointKeyIds = new Map<Address, number>();
  /** `cilium_encrypt_state`, index 0: the local key ID, 0 for none. */
  encryptKeyId = 0;
}
