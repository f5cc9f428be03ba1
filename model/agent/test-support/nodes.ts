import { address, prefix } from '../../address.ts';
import type { NodeName, NodeRecord } from '../node-record.ts';

/** The node of this number, 1 to 250, with all addresses, a boot ID of its own, and key ID 3. */
export function node(number: number, changes: Partial<NodeRecord> = {}): NodeRecord {
  const n = String(number);
  return {
    name: `test/node-${n}` as NodeName,
    internalIp: { 4: address(`192.168.0.${n}`), 6: address(`fd00::${n}`) },
    ciliumInternalIp: { 4: address(`10.0.${n}.1`), 6: address(`fd10:0:0:${n}::1`) },
    podCidr: { 4: prefix(`10.0.${n}.0/24`), 6: prefix(`fd10:0:0:${n}::/64`) },
    bootId: bootId(number),
    keyId: 3,
    ...changes,
  };
}

/** A boot ID of 36 characters. */
export function bootId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** The key file of one AEAD key, whose 40 digits are all the same. */
export function keyFile(keyId: string, digit = '1'): string {
  return `${keyId} rfc4106(gcm(aes)) ${digit.repeat(40)} 128\n`;
}
