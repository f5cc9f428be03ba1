import type { LoadedKey } from './loaded-key.ts';
import type { NodeRecord } from './node-record.ts';

/**
 * A remote node, as the agent's process knows it: one object for all of it, since a large cluster's
 * agents look at a million of them in each rotation.
 */
export interface Peer {
  record: NodeRecord;
  /** Its boot ID changed, and its states were not all rebuilt yet (`ipsecUpdateNeeded`). */
  rebooted: boolean;
  /** What {@link Trust} it was last brought in line under; what follows holds as long as that does. */
  trustedAt: number;
  /** The ID that all its addresses have. */
  nodeId: number;
  /** The key whose objects are all in place. */
  settledKey: LoadedKey | undefined;
  /** The node map has the key ID of its record. */
  isMapped: boolean;
}

export function makePeer(record: NodeRecord): Peer {
  return {
    record,
    rebooted: false,
    trustedAt: 0,
    nodeId: 0,
    settledKey: undefined,
    isMapped: false,
  };
}

/** Whether two records lead to the same node ID and XFRM objects: the key ID plays no part in them. */
export function leadsToTheSame(one: NodeRecord, other: NodeRecord): boolean {
  return (
    one.bootId === other.bootId &&
    sameFamilies(one.internalIp, other.internalIp) &&
    sameFamilies(one.ciliumInternalIp, other.ciliumInternalIp) &&
    sameFamilies(one.podCidr, other.podCidr)
  );
}

function sameFamilies(
  one: Readonly<Partial<Record<4 | 6, unknown>>>,
  other: Readonly<Partial<Record<4 | 6, unknown>>>,
): boolean {
  return one === other || (one[4] === other[4] && one[6] === other[6]);
}
