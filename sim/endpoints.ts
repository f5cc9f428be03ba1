import { type Address, type Family, addressOfWords } from '../model/address.ts';
import { assert } from '../model/assert.ts';
import { minute, second, type Microseconds } from '../model/time.ts';
import type { RegistryKind } from './scenario.ts';
import type { SimNode } from './sim-node.ts';

/**
 * How often the record of a pod is written anew, so how long a new key ID may take to show in it:
 * `sync-to-k8s-ciliumendpoint` in cilium: pkg/k8s/... endpointsynchronizer.go, and
 * `sync-<family>-identity-mapping` in pkg/endpoint/endpoint.go.
 */
export const endpointSyncInterval: Readonly<Record<RegistryKind, Microseconds>> = {
  crd: 10 * second,
  kvstore: 5 * minute,
};

/** The address of a node's pod, counted from 0: the first ones of its CIDR belong to the node. */
export function podAddress(node: SimNode, pod: number, family: Family): Address | undefined {
  const block = node.plan.podCidr[family];
  if (block === undefined) return undefined;
  const words = [...block.address.words];
  const last = (words.at(-1) ?? 0) + 10 + pod;
  assert(last <= 0xffff_ffff, `pod ${pod} of ${node.name} has no address`);
  words[words.length - 1] = last;
  return addressOfWords(words);
}
