import type { KeyId } from './key-id.ts';

/** One line of the secret, as the agent holds it in memory. */
export interface IpsecKey {
  readonly keyId: KeyId;
  readonly algorithm: KeyAlgorithm;
  /**
   * Whether each pair of nodes has keys of its own, derived from this one, with extended sequence
   * numbers and a replay window of 1024. If not, every state uses these very bytes, with 32-bit
   * sequence numbers and no replay window.
   */
  readonly perTunnel: boolean;
}

/** The algorithms' names and their keys: hexadecimal digits without prefix, as written. */
export type KeyAlgorithm = AeadAlgorithm | AuthCryptAlgorithm;

export interface AeadAlgorithm {
  readonly kind: 'aead';
  readonly name: string;
  readonly keyHex: string;
  readonly icvBits: number;
}

export interface AuthCryptAlgorithm {
  readonly kind: 'authCrypt';
  readonly authName: string;
  readonly authKeyHex: string;
  readonly cryptName: string;
  readonly cryptKeyHex: string;
}

/**
 * The length that must not change from key to key since 1.18: an AEAD's ICV in bytes, otherwise the
 * number of hexadecimal digits of the authentication key. So a longer AEAD key with an equal ICV
 * passes (cilium: ipsec_linux.go, LoadIPSecKeys, `keyLen`).
 */
export function keyLength(algorithm: KeyAlgorithm): number {
  return algorithm.kind === 'aead' ? algorithm.icvBits / 8 : algorithm.authKeyHex.length;
}
