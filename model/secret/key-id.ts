import { assert } from '../assert.ts';
import type { Brand } from '../brand.ts';

/**
 * The number, 1 to 15, that names a key of the secret: KEYID in the documentation, and the SPI of
 * every state made from it. Marks carry it in 4 bits (cilium/cilium#16647).
 */
export type KeyId = Brand<number, 'KeyId'>;

export const maxKeyId = 15;

/** What the datapath holds where there is no key: a peer with it is sent plaintext. */
export const noKey = 0;

/** What an encrypt map, a node map entry or a CiliumNode holds: 0 to 15. */
export type KeyIdOrNone = KeyId | typeof noKey;

/** The key ID that a number, known to be one, is. */
export function keyId(value: number): KeyId {
  assert(isKeyId(value), `not a key ID: ${String(value)}`);
  return value;
}

/** Whether a number is a key ID. */
export function isKeyId(value: number): value is KeyId {
  return Number.isInteger(value) && value >= 1 && value <= maxKeyId;
}

/** The key ID that a rotation moves to: one more, and 1 after 15. */
export function successor(current: KeyId): KeyId {
  return keyId(current === maxKeyId ? 1 : current + 1);
}
