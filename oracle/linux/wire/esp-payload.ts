import { createCipheriv, createDecipheriv } from 'node:crypto';
import { assert } from '../../../model/assert.ts';
import type { EspPacket, KeyHandle } from '../../../model/xfrm/index.ts';
import { ipHeaderOctets } from './ip-address.ts';

/** The key of AES-GCM for ESP with its salt (RFC 4106): what a handle stands for. */
export type KeyLookup = (handle: KeyHandle) => Uint8Array;

const saltOctets = 4;
const ivOctets = 8;
const espHead = 8;

/**
 * What follows the IP header of an ESP packet: SPI, number, IV, ciphertext, ICV. `inner` are the
 * bytes of the packet inside.
 */
export function espPayload(packet: EspPacket, inner: Buffer, keys: KeyLookup): Buffer {
  const { damage } = packet;
  const head = Buffer.alloc(espHead);
  head.writeUInt32BE(packet.spi, 0);
  head.writeUInt32BE(packet.sequence, 4);
  const iv = Buffer.alloc(ivOctets);
  iv.writeUInt32BE(packet.sequenceHigh ?? 0, 0);
  iv.writeUInt32BE(packet.sequence, 4);
  const sealed = seal(packet, inner, head, iv, keys(packet.key));
  if (damage?.kind === 'corruptIcv') {
    const last = sealed.length - 1;
    sealed.writeUInt8(sealed.readUInt8(last) ^ 1, last);
  }
  const payload = Buffer.concat([head, iv, sealed]);
  return damage?.kind === 'truncated' ? payload.subarray(0, damage.octetsAfterIpHeader) : payload;
}

function seal(
  packet: EspPacket,
  inner: Buffer,
  head: Buffer,
  iv: Buffer,
  keyBytes: Uint8Array,
): Buffer {
  const { key, salt, algorithm } = cipherOf(keyBytes);
  const icv = packet.icvBits >>> 3;
  const cipher = createCipheriv(algorithm, key, Buffer.concat([salt, iv]), { authTagLength: icv });
  cipher.setAAD(additionalData(head, packet.sequenceHigh));
  const body = cipher.update(plaintext(packet, inner));
  return Buffer.concat([body, cipher.final(), cipher.getAuthTag()]);
}

/** The protected packet, padding, pad length, next header (RFC 4303, section 2.4). */
function plaintext(packet: EspPacket, inner: Buffer): Buffer {
  const { mode, damage } = packet;
  const content =
    mode === 'tunnel' ? inner : inner.subarray(ipHeaderOctets(packet.inner.destination));
  const padding = (4 - ((content.length + 2) % 4)) % 4;
  const pad = Buffer.from(Array.from({ length: padding }, (_, index) => index + 1));
  const next = damage?.kind === 'nextHeader' ? damage.nextHeader : nextHeaderOf(packet);
  const padLength = damage?.kind === 'padLength' ? 255 : padding;
  return Buffer.concat([content, pad, Buffer.from([padLength, next])]);
}

function nextHeaderOf({ mode, inner }: EspPacket): number {
  if (mode === 'transport') return inner.protocol;
  return inner.destination.family === 4 ? 4 : 41;
}

/** With ESN the high half of the number is authenticated, though it does not travel (RFC 4106). */
function additionalData(head: Buffer, sequenceHigh: number | undefined): Buffer {
  if (sequenceHigh === undefined) return head;
  const high = Buffer.alloc(4);
  high.writeUInt32BE(sequenceHigh, 0);
  return Buffer.concat([head.subarray(0, 4), high, head.subarray(4)]);
}

function cipherOf(bytes: Uint8Array): {
  key: Uint8Array;
  salt: Uint8Array;
  algorithm: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm';
} {
  const split = bytes.length - saltOctets;
  const bits = split * 8;
  assert(bits === 128 || bits === 192 || bits === 256, `a key of ${bits} bits`);
  return {
    key: bytes.subarray(0, split),
    salt: bytes.subarray(split),
    algorithm: `aes-${bits}-gcm`,
  };
}

/** What was inside an ESP payload, if this is its key and the high half of its number. */
export function openEsp(
  payload: Buffer,
  bytes: Uint8Array,
  sequenceHigh: number | undefined,
  icvBits: number,
): { readonly content: Buffer; readonly nextHeader: number } | undefined {
  const { key, salt, algorithm } = cipherOf(bytes);
  const icv = icvBits >>> 3;
  const end = payload.length - icv;
  const from = espHead + ivOctets;
  if (end < from) return undefined;
  const nonce = Buffer.concat([salt, payload.subarray(espHead, from)]);
  const opened = createDecipheriv(algorithm, key, nonce, { authTagLength: icv });
  opened.setAAD(additionalData(payload.subarray(0, espHead), sequenceHigh));
  opened.setAuthTag(payload.subarray(end));
  try {
    const plain = Buffer.concat([opened.update(payload.subarray(from, end)), opened.final()]);
    const padding = plain.readUInt8(plain.length - 2);
    const content = plain.subarray(0, plain.length - 2 - padding);
    return { content, nextHeader: plain.readUInt8(plain.length - 1) };
  } catch {
    return undefined; // another key, another high half, or a damaged packet
  }
}
