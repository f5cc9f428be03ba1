import type { DatapathRules } from '../datapath/index.ts';
import type { CiliumRelease } from '../release.ts';
import { type SecretRules, secretRules } from '../secret/index.ts';

/**
 * What sets the agent of one Cilium release apart from the others, as data.
 * Sources: pkg/datapath/linux/ipsec/ipsec_linux.go, pkg/datapath/linux/ipsec.go,
 * bpf/lib/encrypt.h of each release; cilium/cilium#44335 and #44701 for `publishes`.
 */
export interface AgentProfile {
  readonly release: CiliumRelease;
  readonly secret: SecretRules;
  readonly datapath: DatapathRules;
  /** Whether the key ID is advertised before or after the XFRM states of the key are installed. */
  readonly publishes: 'beforeInstall' | 'afterInstall';
  /** What becomes of a state whose key differs from the one wanted (`xfrmStateReplace`). */
  readonly stateKeyMismatch: 'repaired' | 'left';
  /** Whether the reqid 2 states for the overlay are installed in tunnel mode. */
  readonly overlayStates: 'never' | 'inTunnelMode';
  /** What is encrypted in tunnel mode: the pods' packet, or the VXLAN packet around it. */
  readonly tunnelEncryption: 'insideVxlan' | 'aroundVxlan';
  /** Whether IN policies carry the decrypt mark and a required template, or match everything. */
  readonly inPolicies: 'marked' | 'wildcard';
}

const keysPerEndpoint: DatapathRules = {
  peerKeyIdFrom: 'endpoint',
  withoutKey: 'sendsPlaintext',
};

const keysPerNode: DatapathRules = {
  peerKeyIdFrom: 'nodeMap',
  withoutKey: 'marksForEncryption',
};

const cilium116: AgentProfile = {
  release: 'cilium-1.16',
  secret: secretRules['cilium-1.16'],
  datapath: keysPerEndpoint,
  publishes: 'beforeInstall',
  stateKeyMismatch: 'repaired',
  overlayStates: 'never',
  tunnelEncryption: 'insideVxlan',
  inPolicies: 'marked',
};

const cilium117: AgentProfile = {
  ...cilium116,
  release: 'cilium-1.17',
  secret: secretRules['cilium-1.17'],
  overlayStates: 'inTunnelMode',
};

const cilium118: AgentProfile = {
  ...cilium117,
  release: 'cilium-1.18',
  secret: secretRules['cilium-1.18'],
  datapath: keysPerNode,
  stateKeyMismatch: 'left',
  tunnelEncryption: 'aroundVxlan',
  inPolicies: 'wildcard',
};

const cilium119: AgentProfile = {
  ...cilium118,
  release: 'cilium-1.19',
  secret: secretRules['cilium-1.19'],
  publishes: 'afterInstall',
};

/** One profile for each release that the model knows. */
export const agentProfiles: Readonly<Record<CiliumRelease, AgentProfile>> = {
  'cilium-1.16': cilium116,
  'cilium-1.17': cilium117,
  'cilium-1.18': cilium118,
  'cilium-1.19': cilium119,
};
