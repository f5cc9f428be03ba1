import type { Address } from '../address.ts';
import type { StateShape, XfrmMode } from './config.ts';
import type { EspPacket, InnerPacket } from './packet.ts';

const espHeader = 8;
const initialisationVector = 8;
const trailer = 2;
const udpHeader = 8;

/** Octets of an IP header without options. */
export function ipHeader(packet: { readonly destination: Address }): number {
  return packet.destination.family === 4 ? 20 : 40;
}

/** Octets that ESP protects: the whole inner packet of a tunnel, else what follows its IP header. */
export function protectedOctets(mode: XfrmMode, inner: InnerPacket): number {
  return mode === 'tunnel' ? inner.length : inner.length - ipHeader(inner);
}

/**
 * Octets of the ESP packet with its IP header: SPI and number, IV, ciphertext padded to a multiple
 * of four, ICV; with NAT traversal also the UDP header.
 * Source: RFC 4303, section 2; RFC 4106.
 */
export function espOctets(packet: Omit<EspPacket, 'damage'>): number {
  const payload = protectedOctets(packet.mode, packet.inner) + trailer;
  const padded = (payload + 3) & ~3;
  const udp = packet.encapsulation === undefined ? 0 : udpHeader;
  return (
    ipHeader(packet) + udp + espHeader + initialisationVector + padded + (packet.icvBits >>> 3)
  );
}

/**
 * The longest packet that fits through a tunnel state over a link with this MTU, in octets.
 * Source: Linux 6.1, net/xfrm/xfrm_state.c, __xfrm_state_mtu.
 */
export function tunnelMtu(linkMtu: number, destination: Address, shape: StateShape): number {
  const udp = shape.encapsulation === undefined ? 0 : udpHeader;
  const header = ipHeader({ destination }) + udp + espHeader + initialisationVector;
  return roundDown(linkMtu - header - (shape.icvBits >>> 3)) - trailer;
}

/** To a multiple of four; an unlimited MTU stays unlimited. */
function roundDown(octets: number): number {
  return octets - (octets % 4 || 0);
}
