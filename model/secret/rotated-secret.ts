import { assert } from '../assert.ts';
import { failure, type Result, success } from '../result.ts';

/** Why the documented procedure makes no new secret: its shell arithmetic fails. */
export interface RotationFailure {
  readonly code: 'several-key-ids' | 'octal-key-id';
  readonly message: string;
  readonly hint: string;
}

/**
 * The secret that the documented rotation makes of the present one, with its very arithmetic:
 *
 *     KEYID=$(... | grep -oP "^\d+")
 *     if [[ $KEYID -ge 15 ]]; then KEYID=0; fi
 *     "$((($KEYID+1)))+ rfc4106(gcm(aes)) $(20 random bytes) 128"
 *
 * So the algorithm is replaced whatever it was, a text without leading digits becomes key ID 1, a
 * leading zero means octal, and two lines with key IDs are no number at all.
 * Source: cilium v1.16.2, Documentation/security/network/encryption-ipsec.rst, "Key Rotation".
 *
 * @param keyHex the new key: 20 random bytes, 40 hexadecimal digits.
 */
export function rotatedSecret(text: string, keyHex: string): Result<string, RotationFailure> {
  assert(/^[0-9a-f]{40}$/.test(keyHex), 'the documented procedure makes 20 bytes of key');
  const current = shellNumber(leadingNumbers(text));
  if (!current.ok) return current;
  const next = (current.value >= 15n ? 0n : current.value) + 1n;
  return success(`${next.toString()}+ rfc4106(gcm(aes)) ${keyHex} 128`);
}

/** What `grep -oP "^\d+"` prints: the digits that start a line, of every line that has some. */
function leadingNumbers(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^[0-9]+/.exec(line)?.[0] ?? []);
}

/** What bash makes of them: nothing is 0, a leading zero is octal, and 64 bits wrap. */
function shellNumber(numbers: readonly string[]): Result<bigint, RotationFailure> {
  const [digits = '', ...others] = numbers;
  if (others.length > 0) {
    return failure({
      code: 'several-key-ids',
      message: `the secret has ${String(numbers.length)} lines with a key ID: ${numbers.join(', ')}`,
      hint: 'Reduce the secret to its last line, the key in use, before rotating.',
    });
  }
  if (!digits.startsWith('0')) return success(BigInt.asIntN(64, BigInt(digits)));
  if (!/^[0-7]+$/.test(digits)) {
    return failure({
      code: 'octal-key-id',
      message: `${digits}: value too great for base (error token is "${digits}")`,
      hint: 'Write the key ID without a leading zero: the shell reads it as octal.',
    });
  }
  return success(BigInt.asIntN(64, BigInt(`0o${digits}`)));
}
