/**
 * The text of the secret before a run that names none: the example of Cilium's documentation, with
 * a key that nobody should use. The key ID is the documentation's, or the inventory's.
 */
export function exampleSecret(keyId = 3): string {
  return `${keyId}+ rfc4106(gcm(aes)) 00112233445566778899aabbccddeeff01020304 128`;
}
