import type { Address } from '../address.ts';
import type { DatapathMaps } from './maps.ts';
import { decryptMark } from './marks.ts';

/**
 * The mark that an ESP packet from this outer source gets before XFRM sees it; undefined if the
 * source is no known node, so that the packet is dropped (`noNodeId`).
 *
 * cilium: bpf/lib/encrypt.h, `do_decrypt`.
 */
export function ingressMark(maps: DatapathMaps, outerSource: Address): number | undefined {
  const nodeId = maps.nodes.nodeIdOf(outerSource);
  return nodeId === 0 ? undefined : decryptMark(nodeId);
}
