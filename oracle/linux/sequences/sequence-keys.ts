import type { KeyHandle } from '../../../model/xfrm/index.ts';
import type { KeyMaterial } from '../netlink/xfrm-requests.ts';

/** Three keys; that they differ is all that matters. */
export const sequenceKeys = [0, 1, 2] as KeyHandle[];

/** AES-128 with its salt. */
export function sequenceKeyBytes(handle: KeyHandle): Uint8Array {
  return Uint8Array.from({ length: 20 }, (_, index) => (handle + 1) * 16 + index);
}

export function sequenceKeyMaterial(handle: KeyHandle): KeyMaterial {
  return { kind: 'aead', name: 'rfc4106(gcm(aes))', key: sequenceKeyBytes(handle) };
}
