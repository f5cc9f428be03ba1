import type { Mark } from '../xfrm/index.ts';

/**
 * How Cilium uses the 32 bits of the packet mark for IPsec: bits 31-16 node ID, 15-12 key ID
 * (egress only), 11-8 what to do. cilium: pkg/datapath/linux/linux_defaults/linux_defaults.go and
 * bpf/lib/encrypt.h.
 */
export const encryptBits = 0xe00;
export const decryptBits = 0xd00;
export const toProxyBits = 0x200;
export const actionMask = 0xf00;
const outputMask = 0xffff_ff00;
const inputMask = 0xffff_0f00;
const keyIdShift = 12;
const nodeIdShift = 16;

/** The mark of a packet that is to be encrypted for a node with a key. */
export function encryptMark(nodeId: number, keyId: number): number {
  return ((nodeId << nodeIdShift) | (keyId << keyIdShift) | encryptBits) >>> 0;
}

/** The mark of an ESP packet that came from a node. The key is told by the SPI, not by the mark. */
export function decryptMark(nodeId: number): number {
  return ((nodeId << nodeIdShift) | decryptBits) >>> 0;
}

/** The mark of XFRM OUT states and policies for a node and a key. */
export function outputObjectMark(nodeId: number, keyId: number): Mark {
  return { value: encryptMark(nodeId, keyId), mask: outputMask };
}

/** The mark of XFRM IN states for a node. */
export function inputObjectMark(nodeId: number): Mark {
  return { value: decryptMark(nodeId), mask: inputMask };
}

/** What a state's output mark leaves: the action alone, node ID and key ID cleared. */
export const encryptedMark: Mark = { value: encryptBits, mask: outputMask };
export const decryptedMark: Mark = { value: decryptBits, mask: outputMask };

/** The node ID that an XFRM object's mark carries. */
export function nodeIdOfMark(markValue: number): number {
  return markValue >>> nodeIdShift;
}

/** The key ID that an OUT policy's mark carries; 0 for a policy without mark. */
export function keyIdOfMark(markValue: number): number {
  return (markValue >>> keyIdShift) & 0xf;
}
