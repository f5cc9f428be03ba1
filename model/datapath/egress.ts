import type { Address } from '../address.ts';
import type { DropReason } from './drop-reason.ts';
import { olderKeyId } from './key-choice.ts';
import type { DatapathMaps } from './maps.ts';
import { encryptMark } from './marks.ts';

/** How a release's eBPF programs decide about encryption. */
export interface DatapathRules {
  /** Where the key ID of a remote pod's node is looked up. */
  readonly peerKeyIdFrom: 'endpoint' | 'nodeMap';
  /** What happens to a packet for which there is no key. */
  readonly withoutKey: 'sendsPlaintext' | 'marksForEncryption';
}

/** A remote pod, as the ipcache knows it. */
export interface RemotePod {
  readonly address: Address;
  /** The IPv4 address of the pod's node: the node map is asked for it in both families. */
  readonly tunnelEndpoint: Address;
}

export type EgressDecision =
  | { readonly kind: 'plaintext' }
  | { readonly kind: 'encrypt'; readonly mark: number; readonly keyId: number }
  | { readonly kind: 'dropped'; readonly reason: DropReason };

const plaintext: EgressDecision = { kind: 'plaintext' };
const noNodeId: EgressDecision = { kind: 'dropped', reason: 'noNodeId' };

/**
 * What the eBPF program does with a packet from a local pod to a pod on another node. Packets
 * within a node never get here: they are not encrypted.
 *
 * cilium: bpf/lib/encrypt.h, `set_ipsec_encrypt` and `get_min_encrypt_key` (v1.16: the key of the
 * pod's ipcache entry, and key 0 means "send as it is"; v1.18: the key of the node map, and a
 * packet without key is marked all the same and meets the default drop policy).
 */
export function decideEgress(
  maps: DatapathMaps,
  rules: DatapathRules,
  pod: RemotePod,
): EgressDecision {
  const peerKeyId =
    rules.peerKeyIdFrom === 'endpoint'
      ? maps.endpointKeyIds.get(pod.address)
      : maps.nodes.keyIdOf(pod.tunnelEndpoint);
  const keyId = olderKeyId(maps.encryptKeyId, peerKeyId ?? 0);
  if (keyId === 0 && rules.withoutKey === 'sendsPlaintext') return plaintext;
  const nodeId = maps.nodes.nodeIdOf(pod.tunnelEndpoint);
  if (nodeId === 0) return noNodeId;
  return { kind: 'encrypt', mark: encryptMark(nodeId, keyId), keyId };
}
