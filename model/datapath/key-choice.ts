import { maxKeyId } from '../secret/index.ts';

/**
 * The key ID that a sender uses: the older of its own and the peer's. Key IDs are assumed to be at
 * most one rotation apart, so the only pair across the wrap that comes out right is 15 and 1; 0,
 * no key, on either side gives 0.
 *
 * cilium: bpf/lib/encrypt.h, `get_min_encrypt_key`.
 */
export function olderKeyId(local: number, peer: number): number {
  if (peer === maxKeyId) return local === 1 ? peer : local;
  if (local === maxKeyId) return peer === 1 ? local : peer;
  return Math.min(local, peer);
}
