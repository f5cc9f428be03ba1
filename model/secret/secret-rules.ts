import type { CiliumRelease } from '../release.ts';

/**
 * Where releases differ in what they make of the secret and of boot IDs.
 * Source: cilium, pkg/datapath/linux/ipsec/ipsec_linux.go, LoadIPSecKeys, parseSPI and
 * getNodeIPsecKey of v1.16 to v1.19.
 */
export interface SecretRules {
  /** `selectsPerTunnelKeys`: without `+` all nodes use the one global key, with a mere warning. */
  readonly plusSign: 'selectsPerTunnelKeys' | 'ignored';
  /** A key under the key ID of the key that is loaded. A fresh agent has none loaded. */
  readonly sameKeyId: 'accepted' | 'rejected';
  /** What {@link keyLength} measures, from the loaded key to the next. */
  readonly keyLength: 'mayChange' | 'mustNotChange';
  /** What the derivation does with a boot ID of fewer than 36 bytes (cilium/cilium#39059). */
  readonly shortBootId: 'panic' | 'error';
}

const since118: SecretRules = {
  plusSign: 'ignored',
  sameKeyId: 'rejected',
  keyLength: 'mustNotChange',
  shortBootId: 'error',
};

export const secretRules: Readonly<Record<CiliumRelease, SecretRules>> = {
  'cilium-1.16': {
    plusSign: 'selectsPerTunnelKeys',
    sameKeyId: 'accepted',
    keyLength: 'mayChange',
    shortBootId: 'panic',
  },
  'cilium-1.17': {
    plusSign: 'ignored',
    sameKeyId: 'rejected',
    keyLength: 'mayChange',
    shortBootId: 'panic',
  },
  'cilium-1.18': since118,
  'cilium-1.19': since118,
};
