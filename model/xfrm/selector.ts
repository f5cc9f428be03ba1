import type { Address, Family, Prefix } from '../address.ts';
import type { Selector } from './config.ts';
import type { InnerPacket } from './packet.ts';
import type { XfrmState } from './state.ts';

/** Whether the prefix covers the address. As `covers`, without a closure: it runs per packet. */
export function containsAddress(block: Prefix, candidate: Address): boolean {
  const network = block.address;
  if (network.family !== candidate.family) return false;
  if (block.length === 0) return true;
  if (network === candidate) return true;
  if (network.family === 4) return sharesBits(candidate, network, 0, block.length);
  for (let word = 0; word * 32 < block.length; word += 1) {
    if (!sharesBits(candidate, network, word, Math.min(32, block.length - word * 32))) return false;
  }
  return true;
}

/** Whether the first bits of a word of both addresses are equal; 1 to 32 of them. */
function sharesBits(a: Address, b: Address, word: number, bits: number): boolean {
  const difference = (a.words[word] as number) ^ (b.words[word] as number);
  return (difference & (-1 << (32 - bits))) === 0;
}

/** `xfrm_selector_match` (Linux 6.1, net/xfrm/xfrm_policy.c). A port of 0 or none matches all. */
export function matchesSelector(selector: Selector, packet: InnerPacket): boolean {
  return (
    containsAddress(selector.source, packet.source) &&
    containsAddress(selector.destination, packet.destination) &&
    matchesUpperLayer(selector, packet)
  );
}

/** The part of a selector beyond the addresses. */
export function matchesUpperLayer(selector: Selector, packet: InnerPacket): boolean {
  return (
    admits(selector.protocol, packet.protocol) &&
    admits(selector.sourcePort, packet.sourcePort) &&
    admits(selector.destinationPort, packet.destinationPort)
  );
}

function admits(wanted: number | undefined, found: number | undefined): boolean {
  return wanted === undefined || wanted === 0 || wanted === found;
}

/** Whether the state's own selector admits the packet. */
export function stateAdmits(state: XfrmState, packet: InnerPacket): boolean {
  const { shape } = state;
  if (shape.selector !== undefined) return matchesSelector(shape.selector, packet);
  return shape.selectorFamily === 'any' || packet.source.family === state.destination.family;
}

/** The family of the traffic that a selector is for. */
export function selectorFamily(selector: Selector): Family {
  return selector.destination.address.family;
}
