import type { AeadAlgorithm, AuthCryptAlgorithm, KeyAlgorithm } from './ipsec-key.ts';

/** What Linux answers to a state whose algorithm or key it does not take. */
export type KernelRefusal = 'ENOSYS' | 'EINVAL';

/** In octets; undefined: that is not told here. */
type KeyLengths = readonly number[] | undefined;

const aes: KeyLengths = [16, 24, 32];
const aesWithSalt4: KeyLengths = [20, 28, 36];
const aesWithSalt3: KeyLengths = [19, 27, 35];
const truncated = [64, 96, 128];

interface Aead {
  readonly icvBits: readonly number[];
  readonly keys: KeyLengths;
}

const aeads: ReadonlyMap<string, Aead> = new Map([
  ['rfc4106(gcm(aes))', { icvBits: truncated, keys: aesWithSalt4 }],
  ['rfc4309(ccm(aes))', { icvBits: truncated, keys: aesWithSalt3 }],
  ['rfc4543(gcm(aes))', { icvBits: [128], keys: aesWithSalt4 }],
  ['rfc7539esp(chacha20,poly1305)', { icvBits: [128], keys: [36] }],
]);

/** By all their names. An HMAC takes a key of any length; what XCBC and CMAC take is not told here. */
const authentications: ReadonlySet<string> = new Set([
  ...['digest_null', 'md5', 'sha1', 'sha256', 'rmd160', 'xcbc(aes)', 'cmac(aes)', 'hmac(md5)'],
  ...['hmac(sha1)', 'hmac(sha256)', 'hmac(sha384)', 'hmac(sha512)', 'hmac(rmd160)', 'hmac(sm3)'],
]);

const ciphers: ReadonlyMap<string, KeyLengths> = new Map([
  ...twoNames('ecb', 'cipher_null', [0]),
  ...twoNames('cbc', 'aes', aes),
  ...twoNames('cbc', 'des', [8]),
  ...twoNames('cbc', 'des3_ede', [24]),
  ...twoNames('cbc', 'blowfish', undefined),
  ...twoNames('cbc', 'camellia', undefined),
  ...twoNames('cbc', 'cast5', undefined),
  ...twoNames('cbc', 'serpent', undefined),
  ...twoNames('cbc', 'twofish', undefined),
  ['cbc(sm4)', undefined],
  ['rfc3686(ctr(aes))', aesWithSalt4],
]);

function twoNames(mode: string, name: string, keys: KeyLengths): readonly [string, KeyLengths][] {
  return [
    [name, keys],
    [`${mode}(${name})`, keys],
  ];
}

/**
 * What the kernel says to a state with this algorithm and key: undefined if it takes it, ENOSYS if XFRM
 * has no such algorithm, or not with this ICV, and EINVAL for a key that is too short or too long. The
 * agent looks at none of that: who forgets the salt of an AES-GCM key gets 16 octets instead of 20.
 *
 * Source: Linux 6.1, net/xfrm/xfrm_algo.c, aead_list, aalg_list and ealg_list; net/ipv4/esp4.c,
 * esp_init_aead and esp_init_authenc; crypto/gcm.c, crypto_rfc4106_setkey.
 */
export function kernelRefusal(algorithm: KeyAlgorithm): KernelRefusal | undefined {
  return algorithm.kind === 'aead' ? refusalOfAead(algorithm) : refusalOfPair(algorithm);
}

function refusalOfAead({ name, keyHex, icvBits }: AeadAlgorithm): KernelRefusal | undefined {
  const aead = aeads.get(name);
  if (aead?.icvBits.includes(icvBits) !== true) return 'ENOSYS';
  return isTaken(keyHex, aead.keys) ? undefined : 'EINVAL';
}

function refusalOfPair(pair: AuthCryptAlgorithm): KernelRefusal | undefined {
  const { authName, cryptName, cryptKeyHex } = pair;
  if (!authentications.has(authName) || !ciphers.has(cryptName)) return 'ENOSYS';
  return isTaken(cryptKeyHex, ciphers.get(cryptName)) ? undefined : 'EINVAL';
}

function isTaken(keyHex: string, lengths: KeyLengths): boolean {
  return lengths === undefined || lengths.includes(keyHex.length / 2);
}
