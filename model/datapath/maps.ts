import type { Address } from '../address.ts';
import { type AddressBook, NodeMap } from './node-map.ts';

/**
 * The pinned eBPF maps of one node that decide about encryption. They outlive the agent, but not
 * the node's boot.
 */
export class DatapathMaps {
  /** `cilium_node_map_v2`. */
  readonly nodes: NodeMap;
  /** `cilium_ipcache`: the key ID of a remote pod (releases that keep keys per endpoint). */
  readonly endpointKeyIds = new Map<Address, number>();
  /** `cilium_encrypt_state`, index 0: the local key ID, 0 for none. */
  encryptKeyId = 0;

  constructor(book?: AddressBook) {
    this.nodes = new NodeMap(book);
  }
}
