import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { address } from '../address.ts';
import { AssertionError } from '../assert.ts';
import type { KeyHandle } from '../xfrm/index.ts';
import type { IpsecKey, KeyAlgorithm } from './ipsec-key.ts';
import { keyId } from './key-id.ts';
import { KeyRing } from './key-ring.ts';
import { deriveTunnelKey, globalKeyBytes } from './tunnel-key.ts';

function ipsecKey(algorithm: KeyAlgorithm): IpsecKey {
  return { keyId: keyId(3), perTunnel: true, algorithm };
}

function aead(keyHex: string): IpsecKey {
  return ipsecKey({ kind: 'aead', name: 'rfc4106(gcm(aes))', keyHex, icvBits: 128 });
}

const keys = [
  aead('44434241343332312423222114131211f4f3f2f1'),
  aead('54434241343332312423222114131211f4f3f2f1'),
  ipsecKey({
    kind: 'authCrypt',
    authName: 'hmac(sha256)',
    authKeyHex: 'aa'.repeat(40),
    cryptName: 'cbc(aes)',
    cryptKeyHex: 'bb'.repeat(32),
  }),
] as const;
const addresses = ['10.0.0.1', '10.0.0.2', '::ffff:10.0.0.2', '10.0.0.3'].map(address);
const bootIds = ['a', 'b', 'c'].map((letter) => letter.repeat(36));

describe('a key ring', () => {
  /** Method: hand out keys for random recipes, and hold the handles against the bytes. */
  test('gives equal handles exactly to equal bytes', () => {
    const recipe = fc.record({
      key: fc.constantFrom(...keys),
      global: fc.integer({ min: 0, max: 9 }).map((draw) => draw === 0),
      source: fc.constantFrom(...addresses),
      destination: fc.constantFrom(...addresses),
      sourceBootId: fc.constantFrom(...bootIds),
      destinationBootId: fc.constantFrom(...bootIds),
    });
    fc.assert(
      fc.property(fc.array(recipe, { maxLength: 60 }), (recipes) => {
        const ring = new KeyRing();
        const model = new Map<string, number>();
        for (const { key, global, ...ends } of recipes) {
          const psk = ring.psk(key);
          const handle = global
            ? ring.globalKey(psk)
            : ring.tunnelKey({
                psk,
                source: ends.source,
                destination: ends.destination,
                sourceBootId: ring.bootId(ends.sourceBootId),
                destinationBootId: ring.bootId(ends.destinationBootId),
              });
          const bytes = global
            ? globalKeyBytes(key.algorithm)
            : deriveTunnelKey(key.algorithm, ends);
          expect(ring.bytes(handle)).toEqual(bytes);
          const text = JSON.stringify(bytes);
          expect(model.get(text) ?? handle).toBe(handle);
          model.set(text, handle);
        }
        expect(new Set(model.values()).size).toBe(model.size);
      }),
      { numRuns: 50 },
    );
  });

  test('takes upper and lower case of a key for one, whatever the key ID, ICV and plus sign', () => {
    const ring = new KeyRing();
    const lower = { kind: 'aead', name: 'rfc4106(gcm(aes))', keyHex: 'ab', icvBits: 128 } as const;
    const psk = ring.psk({ keyId: keyId(3), perTunnel: true, algorithm: lower });
    const upper = { ...lower, keyHex: 'AB', icvBits: 96 };
    expect(ring.psk({ keyId: keyId(4), perTunnel: false, algorithm: upper })).toBe(psk);
    expect(ring.psk(ipsecKey({ ...lower, name: 'rfc4309(ccm(aes))' }))).not.toBe(psk);
    expect(ring.psk(ipsecKey({ ...lower, keyHex: 'ac' }))).not.toBe(psk);
  });

  test('looks at the first 36 bytes of a boot ID', () => {
    const ring = new KeyRing();
    const number = ring.bootId('a'.repeat(36));
    expect(ring.bootId(`${'a'.repeat(36)}\n`)).toBe(number);
    expect(ring.bootId('61'.repeat(36))).not.toBe(number);
    expect(ring.bootId(`${'a'.repeat(35)}b`)).not.toBe(number);
    expect(() => ring.bootId('short')).toThrow(
      new AssertionError('boot ID of fewer than 36 bytes: "short"'),
    );
  });

  test('describes its keys without a byte of the secret', () => {
    const ring = new KeyRing();
    const psk = ring.psk(keys[0]);
    const recipe = {
      psk,
      source: address('10.0.0.1'),
      destination: address('::ffff:10.0.0.2'),
      sourceBootId: ring.bootId('a'.repeat(36)),
      destinationBootId: ring.bootId('b'.repeat(36)),
    };
    expect(ring.describe(ring.globalKey(psk))).toBe('secret 1, global');
    expect(ring.describe(ring.tunnelKey(recipe))).toBe(
      'secret 1, 10.0.0.1 (boot 1) -> 10.0.0.2 (boot 2)',
    );
  });

  test('knows no handle but those it gave', () => {
    const ring = new KeyRing();
    const global = ring.globalKey(ring.psk(keys[0]));
    for (const unknown of [1, -1, global + 1, 2 * global]) {
      expect(() => ring.bytes(unknown as KeyHandle)).toThrow(
        new AssertionError(`no key has the handle ${unknown}`),
      );
    }
  });
});
