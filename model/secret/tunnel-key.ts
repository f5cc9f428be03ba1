import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { type Address, addressBytes, addressOfWords } from '../address.ts';
import { assert } from '../assert.ts';
import { bootIdBytes } from './boot-id.ts';
import type { KeyAlgorithm } from './ipsec-key.ts';

/** The bytes that a state is keyed with. */
export type KeyBytes =
  | { readonly kind: 'aead'; readonly key: Uint8Array }
  | { readonly kind: 'authCrypt'; readonly auth: Uint8Array; readonly crypt: Uint8Array };

/** What tells one direction of one tunnel from all others. */
export interface TunnelEnds {
  /** The outer address of the side that encrypts: not necessarily a node's own. */
  readonly source: Address;
  readonly destination: Address;
  /** The boot IDs of the two nodes, at least 36 bytes each ({@link checkBootId}). */
  readonly sourceBootId: string;
  readonly destinationBootId: string;
}

/** A crash of the agent while it derives a key. */
export interface DerivationPanic {
  readonly kind: 'panic';
  readonly message: string;
}

/** The most that SHA-512 can give. */
const maxDerivedLength = 64;

/**
 * The crash that deriving from this key causes, or undefined. A key of more than 64 bytes is loaded
 * without complaint, then cut from a hash that is shorter (inferred from the source).
 */
export function derivationPanic(algorithm: KeyAlgorithm): DerivationPanic | undefined {
  const tooLong = keyHexes(algorithm).find((hex) => hex.length / 2 > maxDerivedLength);
  if (tooLong === undefined) return undefined;
  const length = String(tooLong.length / 2);
  const message = `runtime error: slice bounds out of range [:${length}] with capacity 64`;
  return { kind: 'panic', message };
}

function keyHexes(algorithm: KeyAlgorithm): readonly string[] {
  if (algorithm.kind === 'aead') return [algorithm.keyHex];
  return [algorithm.authKeyHex, algorithm.cryptKeyHex];
}

/**
 * The key of one direction of one tunnel: both nodes derive the same bytes from the secret, the two
 * addresses and the two boot IDs. The key ID does not enter. An authentication and a cipher key are
 * derived each from its own part.
 * Source: cilium, ipsec_linux.go, deriveNodeIPsecKey and computeNodeIPsecKey.
 */
export function deriveTunnelKey(algorithm: KeyAlgorithm, ends: TunnelEnds): KeyBytes {
  const suffix = concatBytes(
    addressBytes(canonicalAddress(ends.source)),
    addressBytes(canonicalAddress(ends.destination)),
    bootIdBytes(ends.sourceBootId),
    bootIdBytes(ends.destinationBootId),
  );
  return mapKeyBytes(globalKeyBytes(algorithm), (global) => derive(global, suffix));
}

/** The key's own bytes: what states hold where keys are not per tunnel. */
export function globalKeyBytes(algorithm: KeyAlgorithm): KeyBytes {
  if (algorithm.kind === 'aead') return { kind: 'aead', key: hexToBytes(algorithm.keyHex) };
  return {
    kind: 'authCrypt',
    auth: hexToBytes(algorithm.authKeyHex),
    crypt: hexToBytes(algorithm.cryptKeyHex),
  };
}

function mapKeyBytes(bytes: KeyBytes, change: (part: Uint8Array) => Uint8Array): KeyBytes {
  if (bytes.kind === 'aead') return { kind: 'aead', key: change(bytes.key) };
  return { kind: 'authCrypt', auth: change(bytes.auth), crypt: change(bytes.crypt) };
}

function derive(global: Uint8Array, suffix: Uint8Array): Uint8Array {
  assert(global.length <= maxDerivedLength, 'no key of more than 64 bytes can be derived');
  const hash = global.length <= 32 ? sha256 : sha512;
  return hash(concatBytes(global, suffix)).subarray(0, global.length);
}

/** The address, or the IPv4 address that it maps to IPv6 (canonicalIP: Go's net.IP.To4). */
export function canonicalAddress(of: Address): Address {
  const [first, second, third, fourth] = of.words;
  const mapped = of.family === 6 && first === 0 && second === 0 && third === 0xffff;
  return mapped ? addressOfWords([fourth as number]) : of;
}
