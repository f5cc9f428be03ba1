import { type Address, address, type Family, type Prefix, prefix } from '../model/address.ts';
import { assert } from '../model/assert.ts';
import type { NodePlan, PerFamily } from './scenario.ts';

/**
 * Node IDs have 16 bits and 0 means none, so neither a cluster nor a mesh can have more nodes
 * (Cilium: Documentation/security/network/encryption-ipsec.rst, Limitations).
 */
export const mostNodes = 65_535;

/** What the made-up nodes of one cluster have in common. */
export interface NodesWanted {
  /** The number, in the whole mesh, of the first node: see {@link firstNodeNumbers}. */
  readonly firstNumber: number;
  readonly count: number;
  readonly families: readonly Family[];
  /** `n` names them n1, n2, … */
  readonly namePrefix: string;
}

/**
 * Nodes that are made up. Addresses follow from the node's number in the mesh alone, so they are
 * unique in it: number 258 has 172.16.1.2, the pod CIDR 10.1.2.0/24 and fd00:10:102::/64.
 */
export function planNodes(wanted: NodesWanted): readonly NodePlan[] {
  assert(wanted.firstNumber >= 1, 'node numbers start at 1');
  assert(wanted.firstNumber + wanted.count - 1 <= mostNodes, 'node numbers end at 65,535');
  return Array.from({ length: wanted.count }, (_, index) => planNode(wanted, index));
}

/**
 * The first node number of each cluster. Where all clusters have at most 255 nodes, cluster 3 gets
 * 10.3.0.0/16 and its second node 10.3.2.0/24; larger ones are numbered one after another.
 */
export function firstNodeNumbers(
  clusters: readonly { readonly id: number; readonly count: number }[],
): readonly number[] {
  if (clusters.every(({ count }) => count <= 255)) return clusters.map(({ id }) => id * 256 + 1);
  let next = 1;
  return clusters.map(({ count }) => {
    const first = next;
    next += count;
    return first;
  });
}

function planNode({ firstNumber, families, namePrefix }: NodesWanted, index: number): NodePlan {
  const number = firstNumber + index;
  return {
    name: `${namePrefix}${index + 1}`,
    internalIp: perFamily(families, (family) => internalIp(family, number)),
    ciliumInternalIp: perFamily(families, (family) => ciliumInternalIp(family, number)),
    podCidr: perFamily(families, (family) => podCidr(family, number)),
    bootId: undefined,
    present: true,
  };
}

function perFamily<Value>(
  families: readonly Family[],
  make: (family: Family) => Value,
): PerFamily<Value> {
  return Object.fromEntries(families.map((family) => [family, make(family)]));
}

function internalIp(family: Family, number: number): Address {
  return address(family === 4 ? `172.16.${dotted(number)}` : `fd00::${number.toString(16)}`);
}

function ciliumInternalIp(family: Family, number: number): Address {
  return address(family === 4 ? `10.${dotted(number)}.1` : `fd00:10:${number.toString(16)}::1`);
}

function podCidr(family: Family, number: number): Prefix {
  return prefix(family === 4 ? `10.${dotted(number)}.0/24` : `fd00:10:${number.toString(16)}::/64`);
}

function dotted(number: number): string {
  return `${number >>> 8}.${number & 255}`;
}
