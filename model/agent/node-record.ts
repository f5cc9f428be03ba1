import type { Address, Family, Prefix } from '../address.ts';
import type { Brand } from '../brand.ts';

/** `cluster/node`: unique in the mesh. */
export type NodeName = Brand<string, 'NodeName'>;

export type PerFamily<Value> = Readonly<Partial<Record<Family, Value>>>;

/**
 * A node as its agent publishes it: the CiliumNode object, or the kvstore's node record.
 * cilium: pkg/k8s/apis/cilium.io/v2/types.go, `NodeSpec`; pkg/node/types/node.go, `Node`.
 */
export interface NodeRecord {
  readonly name: NodeName;
  readonly internalIp: PerFamily<Address>;
  /** The address of `cilium_host`. */
  readonly ciliumInternalIp: PerFamily<Address>;
  readonly podCidr: PerFamily<Prefix>;
  /** Empty where the node has not published one. */
  readonly bootId: string;
  /** `Spec.Encryption.Key`; 0 for none. */
  readonly keyId: number;
}

/** All addresses of a node that the node map knows it by. */
export function nodeAddresses(node: NodeRecord): readonly Address[] {
  const { internalIp, ciliumInternalIp } = node;
  const addresses: Address[] = [];
  if (internalIp[4] !== undefined) addresses.push(internalIp[4]);
  if (internalIp[6] !== undefined) addresses.push(internalIp[6]);
  if (ciliumInternalIp[4] !== undefined) addresses.push(ciliumInternalIp[4]);
  if (ciliumInternalIp[6] !== undefined) addresses.push(ciliumInternalIp[6]);
  return addresses;
}
