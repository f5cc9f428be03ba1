import { createDecipheriv } from 'node:crypto';
import { address, type Address, addressOfWords } from '../../address.ts';
import { assert, defined } from '../../assert.ts';
import type { EspPacket, InnerPacket } from '../packet.ts';
import { KeyNames } from './key-names.ts';
import type { VectorEsp, VectorPacket } from './vector.ts';

const esp = 50;
const udp = 17;
/** The UDP port of ESP in UDP (RFC 3948). */
export const natTraversalPort = 4500;

const nobody = address('0.0.0.0');

/** A packet of a vector, as the model takes it. */
export function packetOf(packet: VectorPacket, keys: KeyNames): InnerPacket {
  if ('hex' in packet) return parse(Buffer.from(packet.hex, 'hex'), keys);
  if ('esp' in packet) return nested(espOf(packet.esp, keys));
  return {
    source: address(packet.src),
    destination: address(packet.dst),
    protocol: udp,
    destinationPort: packet.dport,
    length: 28 + packet.payload,
  };
}

function espOf(packet: VectorEsp, keys: KeyNames): EspPacket {
  const [source, destination] = [address(packet.src), address(packet.dst)];
  const { nextHeader } = packet;
  const common = {
    source,
    destination,
    spi: packet.spi,
    sequence: packet.seq,
    sequenceHigh: packet.seqHigh,
    key: defined(keys.handle(packet.key), 'the key'),
    icvBits: 128,
  };
  if ('hex' in packet.inner && nextHeader === udp) {
    const payload = Buffer.from(packet.inner.hex, 'hex');
    const inner = { source, destination, protocol: udp, length: 20 + payload.length };
    return { ...common, mode: 'transport', inner: { ...inner, ...portsOf(payload) } };
  }
  const inner = packetOf(packet.inner, keys);
  const damage =
    nextHeader === undefined ? {} : { damage: { kind: 'nextHeader', nextHeader } as const };
  return { ...common, mode: 'tunnel', inner, ...damage };
}

function nested(packet: EspPacket): InnerPacket {
  const { source, destination } = packet;
  return { source, destination, protocol: esp, length: 0, nested: packet };
}

/** An IPv4 or IPv6 packet without options, as it is on the wire. */
function parse(bytes: Buffer, keys: KeyNames): InnerPacket {
  const header = headerOf(bytes);
  const { source, destination, protocol, payload } = header;
  const length = bytes.length;
  if (protocol === esp) return nested(openEsp(payload, header, keys));
  assert(protocol === udp, `no parser for protocol ${protocol}`);
  const ports = portsOf(payload);
  const packet = { source, destination, protocol, length, ...ports };
  if (ports.destinationPort !== natTraversalPort) return packet;
  const opened = openEsp(payload.subarray(8), header, keys);
  return { ...packet, nested: { ...opened, encapsulation: 'espinudp' } };
}

interface Header {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  readonly payload: Buffer;
}

function headerOf(bytes: Buffer): Header {
  const isIpv4 = bytes.readUInt8(0) >>> 4 === 4;
  const at = (offset: number): Address => addressAt(bytes, offset, isIpv4 ? 1 : 4);
  return isIpv4
    ? {
        source: at(12),
        destination: at(16),
        protocol: bytes.readUInt8(9),
        payload: bytes.subarray(20),
      }
    : {
        source: at(8),
        destination: at(24),
        protocol: bytes.readUInt8(6),
        payload: bytes.subarray(40),
      };
}

function addressAt(bytes: Buffer, offset: number, count: number): Address {
  const list = Array.from({ length: count }, (_, word) => bytes.readUInt32BE(offset + word * 4));
  return addressOfWords(list);
}

function portsOf(payload: Buffer): { sourcePort: number; destinationPort: number } {
  return { sourcePort: payload.readUInt16BE(0), destinationPort: payload.readUInt16BE(2) };
}

/** Opens real ESP with whichever of the named keys fits (RFC 4106, 128-bit ICV, no ESN). */
function openEsp(payload: Buffer, header: Header, keys: KeyNames): EspPacket {
  const { source, destination } = header;
  const cut = payload.length < 8;
  const common = {
    source,
    destination,
    spi: cut ? 0 : payload.readUInt32BE(0),
    sequence: cut ? 0 : payload.readUInt32BE(4),
    sequenceHigh: undefined,
    icvBits: 128,
    mode: 'tunnel',
  } as const;
  for (const key of KeyNames.candidates) {
    const plain = decipher(payload, Buffer.from(key, 'hex'));
    if (plain === undefined) continue;
    const padding = plain.readUInt8(plain.length - 2);
    const inner = parse(plain.subarray(0, plain.length - 2 - padding), keys);
    return { ...common, key: defined(keys.handle(key), 'the key'), inner };
  }
  const inner = { source: nobody, destination: nobody, protocol: 0, length: 0 };
  const damage = { kind: 'truncated', octetsAfterIpHeader: payload.length } as const;
  return { ...common, key: defined(keys.handle('K1'), 'the key'), inner, damage };
}

function decipher(payload: Buffer, key: Buffer): Buffer | undefined {
  if (payload.length < 8 + 8 + 16) return undefined;
  const nonce = Buffer.concat([key.subarray(16), payload.subarray(8, 16)]);
  const opened = createDecipheriv('aes-128-gcm', key.subarray(0, 16), nonce);
  opened.setAAD(payload.subarray(0, 8));
  opened.setAuthTag(payload.subarray(-16));
  try {
    return Buffer.concat([opened.update(payload.subarray(16, -16)), opened.final()]);
  } catch {
    return undefined; // another key
  }
}
