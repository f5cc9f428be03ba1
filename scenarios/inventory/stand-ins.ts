import { type Address, addressOfWords, type Prefix, prefix } from '../../model/address.ts';
import type { FamilyName } from './inventory.ts';

/**
 * A pod CIDR for a node that has none, different for each node of each cluster: a /28 of the
 * reserved block 240.0.0.0/4, or a /64 of a unique local block, where no real one can be.
 */
export function assumedPodCidr(family: FamilyName, clusterId: number, index: number): Prefix {
  if (family === 'ipv4') {
    const word = (0xf0000000 | (clusterId << 20) | (index << 4)) >>> 0;
    return { address: addressOfWords([word]), length: 28 };
  }
  const words = [0xfd6b6579, ((clusterId << 16) | index) >>> 0, 0, 0];
  return { address: addressOfWords(words), length: 64 };
}

/** An IPv6 InternalIP for a node that has none, outside of every assumed pod CIDR. */
export function assumedInternalIpv6(clusterId: number, index: number): Address {
  return addressOfWords([0xfd6b6578, ((clusterId << 16) | index) >>> 0, 0, 1]);
}

/** The first address of a prefix after the network's own. */
export function firstAddress(cidr: string): Address {
  const { words } = prefix(cidr).address;
  const last = words.length - 1;
  return addressOfWords(words.map((word, index) => (index === last ? (word | 1) >>> 0 : word)));
}
