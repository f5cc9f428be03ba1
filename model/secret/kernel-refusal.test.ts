import { describe, expect, it } from 'vitest';
import { kernelRefusal } from './kernel-refusal.ts';

const octets = (count: number): string => '0f'.repeat(count);

describe('a key of an AEAD', () => {
  const refusal = (name: string, length: number, icvBits = 128) =>
    kernelRefusal({ kind: 'aead', name, keyHex: octets(length), icvBits });

  it.each([
    ['rfc4106(gcm(aes))', [20, 28, 36]],
    ['rfc4543(gcm(aes))', [20, 28, 36]],
    ['rfc4309(ccm(aes))', [19, 27, 35]],
    ['rfc7539esp(chacha20,poly1305)', [36]],
  ])('%s is an AES or ChaCha20 key and its salt', (name, taken) => {
    const lengths = Array.from({ length: 70 }, (_, length) => length);
    expect(lengths.filter((length) => refusal(name, length) === undefined)).toEqual(taken);
    expect(refusal(name, 16)).toBe('EINVAL');
  });

  it('is of no use with an ICV or a name that XFRM does not have', () => {
    expect(refusal('rfc4106(gcm(aes))', 20, 96)).toBeUndefined();
    expect(refusal('rfc4106(gcm(aes))', 20, 256)).toBe('ENOSYS');
    expect(refusal('rfc7539esp(chacha20,poly1305)', 36, 96)).toBe('ENOSYS');
    expect(refusal('rfc4106-gcm-aes', 20)).toBe('ENOSYS');
    expect(refusal('rfc4106-gcm-aes', 16)).toBe('ENOSYS');
  });
});

describe('keys of a hash and a cipher', () => {
  const refusal = (authName: string, auth: number, cryptName: string, crypt: number) =>
    kernelRefusal({
      kind: 'authCrypt',
      authName,
      authKeyHex: octets(auth),
      cryptName,
      cryptKeyHex: octets(crypt),
    });

  it('are of any length for an HMAC, and of a few for a cipher', () => {
    for (const length of [0, 1, 32, 64]) {
      expect(refusal('hmac(sha256)', length, 'cbc(aes)', 16)).toBeUndefined();
    }
    const lengths = Array.from({ length: 40 }, (_, length) => length);
    const taken = lengths.filter(
      (length) => refusal('hmac(sha512)', 64, 'aes', length) === undefined,
    );
    expect(taken).toEqual([16, 24, 32]);
    expect(refusal('hmac(md5)', 0, 'cipher_null', 0)).toBeUndefined();
    expect(refusal('digest_null', 0, 'ecb(cipher_null)', 1)).toBe('EINVAL');
    expect(refusal('hmac(sha1)', 20, 'rfc3686(ctr(aes))', 16)).toBe('EINVAL');
  });

  it('are of no use with a name that XFRM does not have', () => {
    expect(refusal('sha-256', 32, 'cbc(aes)', 16)).toBe('ENOSYS');
    expect(refusal('hmac(sha256)', 32, 'aes-cbc', 16)).toBe('ENOSYS');
    // Only some have a second, shorter name.
    expect(refusal('sha384', 48, 'cbc(aes)', 16)).toBe('ENOSYS');
  });
});
