import type { Family } from '../address.ts';
import type { KernelProfile } from './kernel-profile.ts';
import { ipHeader, protectedOctets } from './esp-size.ts';
import type { EspPacket, InnerPacket } from './packet.ts';
import type { XfrmState } from './state.ts';

/** Protocol numbers of IPv4 and IPv6 as the payload of a tunnel. */
const tunnelProtocol: Readonly<Record<Family, number>> = { 4: 4, 6: 41 };

/**
 * The packet that comes out of a state: the inner one of a tunnel, or the payload under the outer
 * header. `discarded`: the stack above drops what claims to be IPv4 or IPv6 and is not, and XFRM
 * does not count it.
 * Source: Linux 6.1, net/xfrm/xfrm_input.c, xfrm_inner_mode_input; up to 5.10 the inner family had
 * to be the one of the state's selector.
 */
export function decapsulate(
  packet: EspPacket,
  state: XfrmState,
  profile: KernelProfile,
): InnerPacket | 'modeError' | 'discarded' {
  const next = nextHeader(packet);
  const fits = !profile.checksInnerFamily || fitsSelectorFamily(state, next);
  if (state.shape.mode === 'transport') {
    // With a selector of any family, 5.10 knows how to undo nothing but IP in IP.
    if (!fits && hasAnySelector(state)) return 'modeError';
    return packet.mode === 'transport' ? packet.inner : asPayload(packet, next);
  }
  if (next !== tunnelProtocol[4] && next !== tunnelProtocol[6]) return 'modeError';
  if (!fits && !hasAnySelector(state)) return 'modeError';
  const truthful =
    packet.mode === 'tunnel' && next === tunnelProtocol[packet.inner.destination.family];
  return truthful ? packet.inner : 'discarded';
}

function nextHeader({ damage, mode, inner }: EspPacket): number {
  if (damage?.kind === 'nextHeader') return damage.nextHeader;
  return mode === 'tunnel' ? tunnelProtocol[inner.destination.family] : inner.protocol;
}

/** An IP packet inside ESP that a transport state takes for the payload of the outer one. */
function asPayload(packet: EspPacket, protocol: number): InnerPacket {
  const { source, destination, mode, inner } = packet;
  return { source, destination, protocol, length: ipHeader(packet) + protectedOctets(mode, inner) };
}

function hasAnySelector({ shape }: XfrmState): boolean {
  return shape.selector === undefined && shape.selectorFamily === 'any';
}

/** Whether this is IP of the selector's family in IP; that of a selector of any is the state's own. */
function fitsSelectorFamily({ shape, destination }: XfrmState, next: number): boolean {
  const family = shape.selector?.destination.address.family ?? destination.family;
  return tunnelProtocol[family] === next;
}
