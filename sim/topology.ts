import { type Address, address, type Family, ipv4, type Prefix, prefix } from '../model/address.ts';
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

/**
 * V8 makes room for twenty elements in an object that has a number as a key, whatever the literal
 * says, but not in a copy of what JSON.parse made: 108 bytes instead of 252, and a large mesh has
 * three of them for each node.
 */
const ipv4Alone = JSON.parse('{"4":null}') as { readonly 4: null };

function perFamily<Value>(
  families: readonly Family[],
  make: (family: Family) => Value,
): PerFamily<Value> {
  if (families.includes(6)) {
    return families.includes(4) ? { 4: make(4), 6: make(6) } : { 6: make(6) };
  }
  if (!families.includes(4)) return {};
  const made: { 4: Value | null } = { ...ipv4Alone };
  made[4] = make(4);
  return made as { 4: Value };
}

/** 172.16.0.0 and 10.0.0.0. */
const [internalBase, podBase] = [0xac10_0000, 0x0a00_0000];

function internalIp(family: Family, number: number): Address {
  return family === 4 ? ipv4(internalBase + number) : address(`fd00::${number.toString(16)}`);
}

function ciliumInternalIp(family: Family, number: number): Address {
  return family === 4
    ? ipv4(podBase + number * 256 + 1)
    : address(`fd00:10:${number.toString(16)}::1`);
}

function podCidr(family: Family, number: number): Prefix {
  return family === 4
    ? { address: ipv4(podBase + number * 256), length: 24 }
    : prefix(`fd00:10:${number.toString(16)}::/64`);
}
