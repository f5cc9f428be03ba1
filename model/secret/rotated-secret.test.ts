import { describe, expect, test } from 'vitest';
import { AssertionError } from '../assert.ts';
import { rotatedSecret } from './rotated-secret.ts';

const keyHex = '0123456789abcdef0123456789abcdef01234567';

/*
 * What bash 5.2 and GNU grep answered to each text:
 *
 *   KEYID=$(printf %s "$TEXT" | grep -oP "^\d+")
 *   if [[ $KEYID -ge 15 ]]; then KEYID=0; fi
 *   echo "$((($KEYID+1)))+"
 */
describe('the documented rotation', () => {
  test.each([
    ['3+ hmac(sha256) aa cbc(aes) bb', 4],
    ['14 x', 15],
    ['15+ x', 1],
    ['16 x', 1],
    ['0 x', 1],
    ['', 1],
    ['abc', 1],
    ['-1 x', 1],
    ['010 x', 9],
    ['017 x', 1],
    ['99999999999999999999 x', 1],
    ['9223372036854775807 x', 1],
    ['abc\n7+ x', 8],
    ['\n5 z', 6],
  ])('makes of %j key ID %i', (text, keyId) => {
    expect(rotatedSecret(text, keyHex)).toEqual({
      ok: true,
      value: `${String(keyId)}+ rfc4106(gcm(aes)) ${keyHex} 128`,
    });
  });

  test.each(['08+ x', '099 x'])('fails on %j, which is no octal number', (text) => {
    const [digits = ''] = text.split(/[+ ]/);
    expect(rotatedSecret(text, keyHex)).toEqual({
      ok: false,
      error: {
        code: 'octal-key-id',
        message: `${digits}: value too great for base (error token is "${digits}")`,
        hint: 'Write the key ID without a leading zero: the shell reads it as octal.',
      },
    });
  });

  test('fails on a secret of two keys', () => {
    expect(rotatedSecret('3 x\n4 y', keyHex)).toEqual({
      ok: false,
      error: {
        code: 'several-key-ids',
        message: 'the secret has 2 lines with a key ID: 3, 4',
        hint: 'Reduce the secret to its last line, the key in use, before rotating.',
      },
    });
  });

  test('takes 20 bytes of key and nothing else', () => {
    expect(() => rotatedSecret('3 x', 'ab')).toThrow(
      new AssertionError('the documented procedure makes 20 bytes of key'),
    );
  });
});
