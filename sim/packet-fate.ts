import { xfrmCounters } from '../model/xfrm/index.ts';

/**
 * What became of a probe. `delivered`, and the two ways of getting lost that no encryption is to
 * blame for, aside: every fate is a violation. A fate named like a counter was counted by it.
 */
export const packetFates = [
  'delivered',
  /** It left the node unencrypted, although it was for a pod on another one. */
  'plaintext',
  /** Drop 197, "No node ID found", at the sender or at the receiver. */
  'noNodeIdAtEgress',
  'noNodeIdAtIngress',
  /** XFRM dropped it without counting. */
  'uncounted',
  /** The receiver was down, or the network between the nodes was cut. */
  'nodeDown',
  'networkCut',
  /** The pod it was for is gone. */
  'noEndpoint',
  ...xfrmCounters,
] as const;

export type PacketFate = (typeof packetFates)[number];

const blameless: readonly PacketFate[] = ['delivered', 'nodeDown', 'networkCut', 'noEndpoint'];

/** Whether encryption did what it is there for, as far as this packet goes. */
export function isBlameless(fate: PacketFate): boolean {
  return blameless.includes(fate);
}

const numbers = new Map<PacketFate, number>(packetFates.map((fate, index) => [fate, index]));

/** The fate's place in {@link packetFates}. */
export function fateNumber(fate: PacketFate): number {
  return fate === 'delivered' ? 0 : (numbers.get(fate) as number); // nearly all are
}
