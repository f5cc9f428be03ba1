import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatKey } from './format-key.ts';
import type { IpsecKey } from './ipsec-key.ts';
import { loadKeyFile } from './key-file.ts';
import { keyId } from './key-id.ts';
import { secretRules } from './secret-rules.ts';

const hex = fc
  .uint8Array({ maxLength: 64 })
  .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));

const algorithm = fc.oneof(
  fc.record({
    kind: fc.constant('aead' as const),
    name: fc.constantFrom('rfc4106(gcm(aes))', 'rfc4309(ccm(aes))'),
    keyHex: hex,
    icvBits: fc.constantFrom(96, 128, 256),
  }),
  fc.record({
    kind: fc.constant('authCrypt' as const),
    authName: fc.constantFrom('hmac(sha256)', 'hmac(sha512)'),
    authKeyHex: hex,
    cryptName: fc.constantFrom('cbc(aes)', 'cipher_null'),
    cryptKeyHex: hex,
  }),
);

const anyKey: fc.Arbitrary<IpsecKey> = fc.record({
  keyId: fc.integer({ min: 1, max: 15 }).map(keyId),
  perTunnel: fc.boolean(),
  algorithm,
});

test('what is written loads as the key that it was written from', () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      const context = { rules: secretRules['cilium-1.16'], loaded: undefined };
      expect(loadKeyFile(formatKey(key), context)).toEqual({ applied: [key], error: undefined });
    }),
  );
});

test('a key is written as the documentation writes it', () => {
  const written = formatKey({
    keyId: keyId(3),
    perTunnel: true,
    algorithm: { kind: 'aead', name: 'rfc4106(gcm(aes))', keyHex: 'ab'.repeat(20), icvBits: 128 },
  });
  expect(written).toBe(`3+ rfc4106(gcm(aes)) ${'ab'.repeat(20)} 128`);
});
