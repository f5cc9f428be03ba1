import type { AgentProfile } from '../model/agent/index.ts';
import type { AgentSettings, ClusterPlan } from './scenario.ts';

/** The device that encrypted packets come to is the first one, which has the default route. */
export function devicesOf({ devices = ['eth0'] }: Pick<ClusterPlan, 'devices'>): readonly string[] {
  return devices;
}

/**
 * Whether the eBPF program that marks encrypted packets is where they come: it goes to
 * `encrypt-interface`, or to the device of the default route; VXLAN packets reach it by `cilium_vxlan`
 * in any case (cilium: Documentation/security/network/encryption-ipsec.rst, Encryption interface).
 */
export function marksEncrypted(
  cluster: Pick<ClusterPlan, 'devices' | 'routing'>,
  { encryptInterface }: Pick<AgentSettings, 'encryptInterface'>,
  { tunnelEncryption }: Pick<AgentProfile, 'tunnelEncryption'>,
): boolean {
  if (cluster.routing === 'tunnel' && tunnelEncryption === 'insideVxlan') return true;
  return encryptInterface === undefined || encryptInterface === devicesOf(cluster)[0];
}
