import type { IpsecKey, KeyAlgorithm } from './ipsec-key.ts';

/** The line of the secret that loads as this key, without a newline. */
export function formatKey(key: IpsecKey): string {
  const plusSign = key.perTunnel ? '+' : '';
  return `${String(key.keyId)}${plusSign} ${formatAlgorithm(key.algorithm)}`;
}

function formatAlgorithm(algorithm: KeyAlgorithm): string {
  if (algorithm.kind === 'aead') {
    const { name, keyHex, icvBits } = algorithm;
    return `${name} ${formatHex(keyHex)} ${String(icvBits)}`;
  }
  const { authName, authKeyHex, cryptName, cryptKeyHex } = algorithm;
  return `${authName} ${formatHex(authKeyHex)} ${cryptName} ${formatHex(cryptKeyHex)}`;
}

/** The empty key is a pair of quotes: a field without characters looks like a slip. */
function formatHex(hex: string): string {
  return hex === '' ? '""' : hex;
}
