import { type Address, addressBytes } from '../../../model/address.ts';
import type { InnerPacket } from '../../../model/xfrm/index.ts';
import { espPayload, type KeyLookup } from './esp-payload.ts';
import { addressOfBytes, ipHeaderOctets } from './ip-address.ts';

export const udpProtocol = 17;
export const espProtocol = 50;
const timeToLive = 64;
/** DF in the flags of an IPv4 header. */
const dontFragmentBit = 0x4000;

/** The bytes of a packet: UDP with zeros as content, ESP, or zeros under another protocol. */
export function packetBytes(packet: InnerPacket, keys: KeyLookup): Buffer {
  const { source, destination, protocol, nested, dontFragment } = packet;
  const payload =
    nested === undefined
      ? plainPayload(packet)
      : espPayload(nested, packetBytes(nested.inner, keys), keys);
  return withHeader({ source, destination, protocol, dontFragment }, payload);
}

interface Header {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  readonly dontFragment?: boolean | undefined;
}

function withHeader(header: Header, payload: Buffer): Buffer {
  return header.destination.family === 4 ? version4(header, payload) : version6(header, payload);
}

function version4(
  { source, destination, protocol, dontFragment }: Header,
  payload: Buffer,
): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt8(0x45, 0);
  head.writeUInt16BE(head.length + payload.length, 2);
  head.writeUInt16BE(dontFragment === true ? dontFragmentBit : 0, 6);
  head.writeUInt8(timeToLive, 8);
  head.writeUInt8(protocol, 9);
  head.set(addressBytes(source), 12);
  head.set(addressBytes(destination), 16);
  head.writeUInt16BE(checksum(head), 10);
  return Buffer.concat([head, payload]);
}

function version6({ source, destination, protocol }: Header, payload: Buffer): Buffer {
  const head = Buffer.alloc(40);
  head.writeUInt8(0x60, 0);
  head.writeUInt16BE(payload.length, 4);
  head.writeUInt8(protocol, 6);
  head.writeUInt8(timeToLive, 7);
  head.set(addressBytes(source), 8);
  head.set(addressBytes(destination), 24);
  return Buffer.concat([head, payload]);
}

function plainPayload(packet: InnerPacket): Buffer {
  const bytes = Buffer.alloc(packet.length - ipHeaderOctets(packet.destination));
  if (packet.protocol !== udpProtocol) return bytes;
  bytes.writeUInt16BE(packet.sourcePort ?? 0, 0);
  bytes.writeUInt16BE(packet.destinationPort ?? 0, 2);
  bytes.writeUInt16BE(bytes.length, 4);
  if (packet.destination.family === 6) bytes.writeUInt16BE(udpChecksum6(packet, bytes), 6);
  return bytes; // without a checksum, which IPv4 allows
}

/** UDP over IPv6 must have a checksum (RFC 8200, section 8.1). */
function udpChecksum6({ source, destination }: InnerPacket, udp: Buffer): number {
  const pseudo = Buffer.alloc(40);
  pseudo.set(addressBytes(source), 0);
  pseudo.set(addressBytes(destination), 16);
  pseudo.writeUInt32BE(udp.length, 32);
  pseudo.writeUInt8(udpProtocol, 39);
  return checksum(Buffer.concat([pseudo, udp])) || 0xffff;
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += at + 1 < bytes.length ? bytes.readUInt16BE(at) : bytes.readUInt8(at) << 8;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** A packet as it was read off a device. */
export interface SeenPacket extends Header {
  readonly length: number;
  /** In octets; a fragment but the first carries no header of the next protocol. */
  readonly fragmentOffset: number;
  readonly isFragment: boolean;
  readonly payload: Buffer;
}

export function readPacket(bytes: Buffer): SeenPacket {
  if (bytes.readUInt8(0) >>> 4 === 6) return readVersion6(bytes);
  const flags = bytes.readUInt16BE(6);
  return {
    source: addressOfBytes(bytes, 12, 4),
    destination: addressOfBytes(bytes, 16, 4),
    protocol: bytes.readUInt8(9),
    length: bytes.length,
    fragmentOffset: (flags & 0x1fff) * 8,
    isFragment: (flags & 0x3fff) !== 0,
    payload: bytes.subarray(20),
  };
}

function readVersion6(bytes: Buffer): SeenPacket {
  return {
    source: addressOfBytes(bytes, 8, 6),
    destination: addressOfBytes(bytes, 24, 6),
    protocol: bytes.readUInt8(6),
    length: bytes.length,
    fragmentOffset: 0,
    isFragment: false,
    payload: bytes.subarray(40),
  };
}
