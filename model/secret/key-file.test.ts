import { describe, expect, test } from 'vitest';
import { type CiliumRelease, ciliumReleases } from '../release.ts';
import type { IpsecKey } from './ipsec-key.ts';
import { type KeyFileLoad, keyFileNotFound, loadedKeyId, loadKeyFile } from './key-file.ts';
import { keyId } from './key-id.ts';
import { secretErrorCodes } from './secret-error.ts';
import { secretRules } from './secret-rules.ts';

const hex = '44434241343332312423222114131211f4f3f2f1';
const aead = `rfc4106(gcm(aes)) ${hex} 128`;
const gcm = { kind: 'aead', name: 'rfc4106(gcm(aes))', keyHex: hex, icvBits: 128 } as const;
const hmac = 'hmac(sha256) aabb cbc(aes) ccdd';

function load(
  text: string,
  release: CiliumRelease = 'cilium-1.16',
  loaded?: IpsecKey,
): KeyFileLoad {
  return loadKeyFile(text, { rules: secretRules[release], loaded });
}

function applied(text: string, release?: CiliumRelease): readonly IpsecKey[] {
  const outcome = load(text, release);
  expect(outcome.error).toBeUndefined();
  return outcome.applied;
}

describe('a key file that loads', () => {
  test('is an AEAD in four fields', () => {
    expect(applied(`3+ ${aead}\n`)).toEqual([{ keyId: 3, perTunnel: true, algorithm: gcm }]);
  });

  test('is an authentication and a cipher in five', () => {
    expect(applied(`15 ${hmac}`)).toEqual([
      {
        keyId: 15,
        perTunnel: false,
        algorithm: {
          kind: 'authCrypt',
          authName: 'hmac(sha256)',
          authKeyHex: 'aabb',
          cryptName: 'cbc(aes)',
          cryptKeyHex: 'ccdd',
        },
      },
    ]);
  });

  test.each(ciliumReleases)('without a plus sign is per tunnel in %s unless 1.16', (release) => {
    expect(applied(`3 ${aead}`, release)[0]?.perTunnel).toBe(release !== 'cilium-1.16');
    expect(applied(`3+ ${aead}`, release)[0]?.perTunnel).toBe(true);
  });

  test.each([
    ['no final newline', `3+ ${aead}`],
    ['a final newline', `3+ ${aead}\n`],
    ['the ends of lines of Windows', `3+ ${aead}\r\n`],
    ['the prefix 0x', `3+ rfc4106(gcm(aes)) 0x${hex} 128\n`],
    ['a sign before the key ID', `+3+ ${aead}\n`],
    ['zeros before the key ID', `003+ ${aead}\n`],
    ['a sign before the ICV', `3+ rfc4106(gcm(aes)) ${hex} +128\n`],
    ['a negative key ID that wraps into range', `-253+ ${aead}\n`],
  ])('may have %s', (_, text) => {
    expect(applied(text)).toEqual([{ keyId: 3, perTunnel: true, algorithm: gcm }]);
  });

  test('may have empty keys, as a pair of quotes or as nothing', () => {
    const [quotes, nothing] = applied('3 hmac(md5) "" cipher_null ""\n4 hmac(md5)  cipher_null \n');
    const empty = { kind: 'authCrypt', authKeyHex: '', cryptKeyHex: '' };
    expect(quotes?.algorithm).toMatchObject(empty);
    expect(nothing?.algorithm).toMatchObject(empty);
  });

  test('may name an AEAD in five fields, which makes an authentication of it', () => {
    expect(applied(`3+ ${aead} `)[0]?.algorithm).toEqual({
      kind: 'authCrypt',
      authName: 'rfc4106(gcm(aes))',
      authKeyHex: hex,
      cryptName: '128',
      cryptKeyHex: '',
    });
  });

  test('applies every line; the last is current', () => {
    const outcome = load(`3+ ${aead}\n4+ ${aead}\n9+ ${aead}\n`, 'cilium-1.19');
    expect(outcome.applied.map((key) => key.keyId)).toEqual([3, 4, 9]);
    expect(outcome.error).toBeUndefined();
    expect(loadedKeyId(outcome)).toBe(9);
  });

  test.each(ciliumReleases)(
    'may be empty in %s: nothing is applied, key ID 0 is set',
    (release) => {
      const loaded = { keyId: keyId(3), perTunnel: true, algorithm: gcm };
      const outcome = load('', release, loaded);
      expect(outcome).toEqual({ applied: [], error: undefined });
      expect(loadedKeyId(outcome)).toBe(0);
    },
  );
});

/** A line that fails in every release, with what the agent says of it. */
const failing = [
  ['too-few-fields', 'error', '', 'missing IPSec key or invalid format'],
  ['too-few-fields', 'error', ' ', 'missing IPSec key or invalid format'],
  ['too-few-fields', 'error', '3+ rfc4106(gcm(aes))', 'missing IPSec key or invalid format'],
  ['empty-key-id', 'panic', ` 3+ ${aead}`, 'runtime error: index out of range [-1]'],
  ['empty-key-id', 'panic', '   ', 'runtime error: index out of range [-1]'],
  [
    'key-id-not-a-number',
    'error',
    aead,
    'failed to parse SPI: the first argument of the IPsec secret is not a number. Attempted "rfc4106(gcm(aes))"',
  ],
  [
    'key-id-not-a-number',
    'error',
    `+ ${aead}`,
    'failed to parse SPI: the first argument of the IPsec secret is not a number. Attempted ""',
  ],
  [
    'key-id-not-a-number',
    'error',
    `3++ ${aead}`,
    'failed to parse SPI: the first argument of the IPsec secret is not a number. Attempted "3+"',
  ],
  [
    'key-id-not-a-number',
    'error',
    `99999999999999999999+ ${aead}`,
    'failed to parse SPI: the first argument of the IPsec secret is not a number. Attempted "99999999999999999999"',
  ],
  [
    'key-id-too-large',
    'error',
    `16+ ${aead}`,
    'failed to parse SPI: encryption key space exhausted. ID must be nonzero and less than 16. Attempted "16"',
  ],
  [
    'key-id-zero',
    'error',
    `0+ ${aead}`,
    'failed to parse SPI: zero is not a valid key ID. ID must be nonzero and less than 16. Attempted "0"',
  ],
  [
    'too-many-fields',
    'error',
    `3+ ${hmac} 10.0.0.1`,
    'invalid format: too many fields in the IPsec secret',
  ],
  ['not-an-aead-algorithm', 'error', `3+ gcm(aes) ${hex} 128`, 'invalid AEAD algorithm "gcm(aes)"'],
  [
    // Two spaces make an empty field between them, and five fields of four.
    'bad-auth-key',
    'error',
    `3+  ${aead}`,
    'unable to decode authentication key string "rfc4106(gcm(aes))"',
  ],
  [
    'bad-aead-key',
    'error',
    '3+ rfc4106(gcm(aes)) abc 128',
    'unable to decode AEAD key string "abc"',
  ],
  [
    'bad-aead-key',
    'error',
    '3+ rfc4106(gcm(aes)) 0Xabcd 128',
    'unable to decode AEAD key string "0Xabcd"',
  ],
  [
    'icv-not-a-number',
    'error',
    `3+ rfc4106(gcm(aes)) ${hex} bits`,
    'ICV length is invalid or missing',
  ],
  [
    'icv-not-accepted',
    'error',
    `3+ rfc4106(gcm(aes)) ${hex} 64`,
    'only ICV lengths 96, 128, and 256 are accepted',
  ],
  [
    'bad-auth-key',
    'error',
    '3+ hmac(sha256) zz cbc(aes) ccdd',
    'unable to decode authentication key string "zz"',
  ],
  [
    // The key is decoded before the agent notices that nothing follows it.
    'bad-auth-key',
    'error',
    '3+ hmac(sha256) zz',
    'unable to decode authentication key string "zz"',
  ],
  [
    'missing-crypt-algorithm',
    'panic',
    `3+ rfc4106(gcm(aes)) ${hex}`,
    'runtime error: index out of range [3] with length 3',
  ],
  [
    'bad-crypt-key',
    'error',
    '3+ hmac(sha256) aabb cbc(aes) 0x0x',
    'unable to decode encryption key string "0x0x"',
  ],
  ['key-id-wrapped', 'unmodelled', `-1+ ${aead}`, 'key ID -1 is applied as SPI 255'],
  ['key-id-wrapped', 'unmodelled', `-256+ ${aead}`, 'key ID -256 is applied as SPI 0'],
] as const;

describe.each(ciliumReleases)('%s', (release) => {
  test.each(failing)('%s is an %s: %j', (code, kind, line, message) => {
    const outcome = load(`${line}\n`, release);
    expect(outcome.applied).toEqual([]);
    expect(outcome.error).toMatchObject({ code, kind, line: 1, message });
  });

  test('keeps the lines before the one that fails, and reads none behind it', () => {
    const outcome = load(`3+ ${aead}\n4+ ${aead}\n\n5+ ${aead}\n`, release);
    expect(outcome.applied.map((key) => key.keyId)).toEqual([3, 4]);
    expect(outcome.error).toMatchObject({ code: 'too-few-fields', line: 3 });
  });
});

describe('the step from the loaded key', () => {
  const sameId = 'invalid SPI: changing IPSec keys requires incrementing the key id';
  const newLength = 'invalid key rotation: key length must not change';

  test('may keep the key ID in 1.16', () => {
    expect(applied(`3+ ${aead}\n3+ ${aead}`, 'cilium-1.16')).toHaveLength(2);
  });

  test.each(['cilium-1.17', 'cilium-1.18', 'cilium-1.19'] as const)(
    'may not keep the key ID in %s, whether of the line before or of memory',
    (release) => {
      const first = load(`3+ ${aead}\n3+ ${aead}\n`, release);
      expect(first.applied).toHaveLength(1);
      expect(first.error).toMatchObject({ code: 'same-key-id', line: 2, message: sameId });
      const again = load(`3+ ${aead}\n`, release, first.applied[0]);
      expect(again.applied).toEqual([]);
      expect(again.error).toMatchObject({ code: 'same-key-id', line: 1, message: sameId });
    },
  );

  test.each(ciliumReleases)('may go to any other key ID in %s', (release) => {
    expect(applied(`9+ ${aead}\n4+ ${aead}\n15+ ${aead}`, release)).toHaveLength(3);
  });

  test.each(['cilium-1.16', 'cilium-1.17'] as const)('may change the length in %s', (release) => {
    expect(applied(`3+ ${aead}\n4+ ${hmac}`, release)).toHaveLength(2);
  });

  test.each(['cilium-1.18', 'cilium-1.19'] as const)(
    'may not change the length in %s: the ICV of an AEAD, the digits of an authentication key',
    (release) => {
      const longer = '5+ hmac(sha256) aabbcc cbc(aes) ccdd';
      const shortIcv = `4+ rfc4106(gcm(aes)) ${hex} 96`;
      for (const text of [
        `3+ ${aead}\n${shortIcv}`,
        `3+ ${aead}\n4+ ${hmac}`,
        `4+ ${hmac}\n${longer}`,
      ]) {
        const outcome = load(text, release);
        expect(outcome.applied).toHaveLength(1);
        expect(outcome.error).toMatchObject({
          kind: 'error',
          code: 'key-length-changed',
          line: 2,
          message: newLength,
        });
      }
    },
  );

  test('may change the length of an AEAD key under an equal ICV, even in 1.19', () => {
    const longer = `4+ rfc4106(gcm(aes)) ${hex}${'00'.repeat(16)} 128`;
    expect(applied(`3+ ${aead}\n${longer}`, 'cilium-1.19')).toHaveLength(2);
  });

  test('names the key ID first when the length changes too', () => {
    expect(load(`3+ ${aead}\n3+ ${hmac}`, 'cilium-1.19').error?.code).toBe('same-key-id');
  });

  test('looks at the loaded key only when the line is sound', () => {
    const [loaded] = applied(`3+ ${aead}`);
    expect(load(`3+ gcm(aes) ${hex} 128`, 'cilium-1.19', loaded).error?.code).toBe(
      'not-an-aead-algorithm',
    );
  });
});

describe('a key file that is not there', () => {
  test('says so in the words of the agent', () => {
    expect(keyFileNotFound('/etc/ipsec/keys')).toEqual({
      kind: 'error',
      code: 'file-not-found',
      line: undefined,
      message: 'open /etc/ipsec/keys: no such file or directory',
      hint: 'Mount the secret so that its key "keys" appears at ipsec-key-file.',
    });
  });
});

test('these tests provoke every error code', () => {
  const provoked = new Set<string>(failing.map(([code]) => code));
  for (const code of ['file-not-found', 'same-key-id', 'key-length-changed']) provoked.add(code);
  expect([...provoked].sort()).toEqual([...secretErrorCodes].sort());
});
