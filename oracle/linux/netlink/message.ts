import { addressBytes, type Address } from '../../../model/address.ts';

/** Request flags (Linux, include/uapi/linux/netlink.h). */
export const nlm = {
  request: 0x1,
  ack: 0x4,
  replace: 0x100,
  excl: 0x200,
  create: 0x400,
  dump: 0x300,
} as const;

const header = 16;

/** One netlink request: its header, and then the parts, each padded to four octets. */
export function message(type: number, flags: number, ...parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(header);
  const body = parts.map(padded);
  const length = body.reduce((sum, part) => sum + part.length, header);
  head.writeUInt32LE(length, 0);
  head.writeUInt16LE(type, 4);
  head.writeUInt16LE(nlm.request | flags, 6);
  return Buffer.concat([head, ...body]);
}

export function attribute(type: number, ...values: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(4);
  const value = Buffer.concat(values);
  head.writeUInt16LE(value.length + 4, 0);
  head.writeUInt16LE(type, 2);
  return Buffer.concat([head, value, zeros((4 - (value.length % 4)) % 4)]);
}

/** The attributes from this offset on, by their type. */
export function attributesOf(bytes: Buffer, offset: number): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  let at = offset;
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) break;
    found.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}

/** The bodies of the messages of a dump. */
export function bodies(dump: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  while (at + header <= dump.length) {
    const length = dump.readUInt32LE(at);
    found.push(dump.subarray(at + header, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}

export function u8(...values: readonly number[]): Buffer {
  return Buffer.from(values);
}

/** In this machine's order, which is little-endian. */
export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
  return bytes;
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4));
  return bytes;
}

export function u64(...values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64LE(value, index * 8));
  return bytes;
}

/** In network order. */
export function big16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function big32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export function zeros(octets: number): Buffer {
  return Buffer.alloc(octets);
}

/** A text in a field of fixed size. */
export function textField(text: string, octets: number): Buffer {
  const bytes = Buffer.alloc(octets);
  bytes.write(text, 'latin1');
  return bytes;
}

/** An address in the 16 octets that XFRM has for it; undefined is the unspecified one. */
export function address16(of: Address | undefined): Buffer {
  const bytes = Buffer.alloc(16);
  if (of !== undefined) bytes.set(addressBytes(of));
  return bytes;
}

function padded(part: Uint8Array): Uint8Array {
  const missing = (4 - (part.length % 4)) % 4;
  return missing === 0 ? part : Buffer.concat([part, zeros(missing)]);
}
