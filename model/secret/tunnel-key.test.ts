import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { address } from '../address.ts';
import { AssertionError } from '../assert.ts';
import type { KeyAlgorithm } from './ipsec-key.ts';
import {
  canonicalAddress,
  derivationPanic,
  deriveTunnelKey,
  globalKeyBytes,
  type KeyBytes,
} from './tunnel-key.ts';

const bootA = '0f1a2b3c-4d5e-4f60-8172-93a4b5c6d7e8';
const bootB = 'a1b2c3d4-e5f6-4708-9a0b-1c2d3e4f5a6b';
const bootC = 'ffffffff-0000-4000-8000-000000000001';
const psk20 = '44434241343332312423222114131211f4f3f2f1';
const psk32 = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const psk36 = '404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60616263';
const psk64 =
  '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f' +
  'a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf';

/*
 * The derived keys were computed by OpenSSL 3.0, not by this code:
 *
 *   derived() { # hash, secret, source and destination in hexadecimal digits, boot IDs
 *     printf %s "$2$3$4$(printf %.36s "$5" | xxd -p -c 99)$(printf %.36s "$6" | xxd -p -c 99)" |
 *       xxd -r -p | openssl dgst -"$1" -binary | xxd -p -c 64 | cut -c1-${#2}
 *   }
 *   derived sha256 "$psk20" 0a000001 0a000002 "$bootA" "$bootB"
 *   derived sha512 "$psk64" 0a000001 0a000002 "$bootA" "$bootB"
 */
const v4 = ['10.0.0.1', '10.0.0.2'] as const;
const vectors = [
  ['20 bytes', psk20, v4, [bootA, bootB], '3cbe7c7eccaa485bdbd568fa732ef280f80f3a43'],
  [
    'the other direction',
    psk20,
    ['10.0.0.2', '10.0.0.1'],
    [bootB, bootA],
    'cf38e8110a6aa0c51448863b253ca371691240d7',
  ],
  ['a reboot', psk20, v4, [bootA, bootC], 'c79a4fda9630dea8783c983365b5938b6e25223a'],
  [
    'IPv6',
    psk20,
    ['fd00::1', 'fd00::2'],
    [bootA, bootB],
    '6dedc923726d75a4cb51590506b7fcbb0e634c69',
  ],
  [
    'IPv4 mapped to IPv6',
    psk20,
    ['::ffff:10.0.0.1', '::ffff:a00:2'],
    [bootA, bootB],
    '3cbe7c7eccaa485bdbd568fa732ef280f80f3a43',
  ],
  [
    'boot IDs with more behind them',
    psk20,
    v4,
    [`${bootA}\n`, `${bootB}${bootC}`],
    '3cbe7c7eccaa485bdbd568fa732ef280f80f3a43',
  ],
  [
    '32 bytes, all of SHA-256',
    psk32,
    v4,
    [bootA, bootB],
    '5b2707ba48bc9bc6a005fb8c87fb141196562949bb1129f3c9bb9ea77312ad25',
  ],
  [
    '36 bytes, cut from SHA-512',
    psk36,
    v4,
    [bootA, bootB],
    'd991759f33971307d7a0b6c18faf8d243c96c7b7361b9d221396d382d32bbf1de085ce0f',
  ],
  ['no bytes', '', v4, [bootA, bootB], ''],
] as const;

function aead(keyHex: string): KeyAlgorithm {
  return { kind: 'aead', name: 'rfc4106(gcm(aes))', keyHex, icvBits: 128 };
}

function authCrypt(authKeyHex: string, cryptKeyHex: string): KeyAlgorithm {
  const names = { authName: 'hmac(sha512)', cryptName: 'cbc(aes)' };
  return { kind: 'authCrypt', ...names, authKeyHex, cryptKeyHex };
}

function hexOf(bytes: KeyBytes): readonly string[] {
  const parts = bytes.kind === 'aead' ? [bytes.key] : [bytes.auth, bytes.crypt];
  return parts.map((part) => bytesToHex(part));
}

const ends = {
  source: address('10.0.0.1'),
  destination: address('10.0.0.2'),
  sourceBootId: bootA,
  destinationBootId: bootB,
};

describe('the key of a tunnel', () => {
  test.each(vectors)(
    '%s',
    (_, psk, [source, destination], [sourceBootId, destinationBootId], key) => {
      const derived = deriveTunnelKey(aead(psk), {
        source: address(source),
        destination: address(destination),
        sourceBootId,
        destinationBootId,
      });
      expect(hexOf(derived)).toEqual([key]);
    },
  );

  test('derives authentication with SHA-512 and cipher with SHA-256, each from its own part', () => {
    expect(hexOf(deriveTunnelKey(authCrypt(psk64, psk32), ends))).toEqual([
      'f050b4caa70194265b192dd259b9b13199c64e2ca8c32cba1588393b18d849db' +
        '6a3d0b596c7c4800ae91edcebc079f66d8e4a23ffea9ea56c3dd8a3b89a16525',
      '5b2707ba48bc9bc6a005fb8c87fb141196562949bb1129f3c9bb9ea77312ad25',
    ]);
  });
});

describe('a key of more than 64 bytes', () => {
  const tooLong = authCrypt(psk32, `${psk64}00`);

  test('crashes the agent that derives from it', () => {
    expect(derivationPanic(tooLong)).toEqual({
      kind: 'panic',
      message: 'runtime error: slice bounds out of range [:65] with capacity 64',
    });
    expect(() => deriveTunnelKey(tooLong, ends)).toThrow(
      new AssertionError('no key of more than 64 bytes can be derived'),
    );
  });

  test('is the first that does', () => {
    expect(derivationPanic(authCrypt(psk64, psk64))).toBeUndefined();
    expect(derivationPanic(aead(psk20))).toBeUndefined();
  });

  test('serves as a global key', () => {
    expect(hexOf(globalKeyBytes(tooLong))).toEqual([psk32, `${psk64}00`]);
  });
});

describe('the canonical address', () => {
  test.each([
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['10.0.0.1', '10.0.0.1'],
    ['::a00:1', '::a00:1'],
    ['1::ffff:10.0.0.1', '1::ffff:a00:1'],
    ['0:1::ffff:a00:1', '0:1::ffff:a00:1'],
  ])('of %s is %s', (text, canonical) => {
    expect(canonicalAddress(address(text))).toBe(address(canonical));
  });
});
