/** A sentence of the page, or a row of its error table, and the scenarios that show it. */
export interface CoveredSentence {
  readonly section: 'Key Rotation' | 'Troubleshooting' | 'Errors' | 'Limitations';
  /** The page's words, from their beginning. */
  readonly says: string;
  readonly scenarios: readonly string[];
  /** What no scenario can show, or shows otherwise. */
  readonly note?: string;
}

type Row = readonly [says: string, scenarios: string, note?: string];

const operators = 'an instruction to read, with nothing in it that a run could show';

const keyRotation: readonly Row[] = [
  [
    'Key rotations should not be performed during upgrades and downgrades.',
    'upgrade/rotation-during-upgrade upgrade/rotation-during-downgrade',
  ],
  [
    'That is, all nodes in the cluster (or clustermesh) should be on the same Cilium version before rotating keys.',
    'upgrade/rotation-during-upgrade upgrade/rotation-during-downgrade',
  ],
  [
    'To replace cilium-ipsec-keys secret with a new key: (the shell commands)',
    'rotation/healthy rotation/key-id-rolls-over',
    'the step `rotate` is these commands',
  ],
  ['During transition the new and old keys will be in use.', 'rotation/healthy'],
  [
    'The Cilium agent keeps per endpoint data on which key is used by each endpoint and will use the correct key if either side has not yet been updated.',
    'rotation/healthy rotation/longer-rotation-duration',
  ],
  ['In this way encryption will work as new keys are rolled out.', 'rotation/healthy'],
  [
    'The KEYID environment variable in the above example stores the current key ID used by Cilium.',
    'rotation/healthy',
  ],
  [
    'The key variable is a uint8 with value between 1 and 15 included',
    'key-file/key-id-zero key-file/key-id-sixteen',
  ],
  [
    'and should be monotonically increasing every re-key',
    'key-file/same-key-id-1.16 key-file/same-key-id-1.17 key-file/same-key-id-1.19',
  ],
  ['with a rollover from 15 to 1.', 'rotation/key-id-rolls-over'],
  [
    'The Cilium agent will default to KEYID of zero if its not specified in the secret.',
    'key-file/missing-key-id',
    'it does not',
  ],
  [
    'If you are using Cluster Mesh, you must apply the key rotation procedure to all clusters in the mesh.',
    'mesh/one-cluster-only mesh/different-keys mesh/rotated-at-once',
  ],
  [
    'You might need to increase the transition time to allow for the new keys to be deployed and applied across all clusters, which you can do with the agent flag ipsec-key-rotation-duration.',
    'mesh/rotated-one-after-another mesh/longer-rotation-duration',
  ],
];

const troubleshooting: readonly Row[] = [
  [
    'If the cilium Pods fail to start after enabling encryption, double-check if the IPsec Secret and Cilium are deployed in the same namespace together.',
    'key-file/secret-in-another-namespace',
  ],
  [
    'Check for level=warning and level=error messages in the Cilium log files',
    'device/encryption-interface-missing key-file/missing-key-id',
  ],
  [
    'If there is a warning message similar to "Device eth0 does not exist", use encryption.ipsec.interface=ethX to set the encryption interface.',
    'device/encryption-interface-missing',
  ],
  ['Run cilium-dbg encrypt status in the Cilium Pod', 'rotation/healthy'],
  [
    'If the error counter is non-zero, additional information will be displayed with the specific errors the kernel encountered.',
    'rotation/old-key-reclaimed-early',
  ],
  [
    'If the sequence number reaches its maximum value, it will also result in errors.',
    'xfrm/sequence-number-exhausted xfrm/sequence-number-extended',
  ],
  [
    'The number of keys in use should be 2 per remote node per enabled IP family.',
    'rotation/healthy',
  ],
  ['During a key rotation, it can double to 4 per remote node per IP family.', 'rotation/healthy'],
  [
    'For example, in a 3-nodes cluster, if both IPv4 and IPv6 are enabled and no key rotation is ongoing, there should be 8 keys in use on each node.',
    'rotation/healthy',
  ],
  [
    'The list of decryption interfaces should have all native devices that may receive pod traffic (for example, ENI interfaces).',
    'device/decryption-interface-missing',
  ],
  [
    'All XFRM errors correspond to a packet drop in the kernel.',
    'xfrm/output-policies-deleted xfrm/input-states-deleted',
    'all counters are compared with the packets lost',
  ],
  [
    'When a node reboots, the key used to communicate with it is expected to change on other nodes.',
    'restart/reboot',
  ],
  [
    'You may notice the XfrmInNoStates and XfrmOutNoStates counters increase while the new node key is being deployed.',
    'restart/reboot restart/reboot-during-rotation',
  ],
  [
    'If the sequence number reaches its maximum value for any XFRM OUT state, it will result in packet drops and XFRM errors of type XfrmOutStateSeqError.',
    'xfrm/sequence-number-exhausted xfrm/sequence-number-extended',
  ],
  [
    'A key rotation resets all sequence numbers.',
    'xfrm/sequence-number-exhausted xfrm/sequence-numbers-disagree',
    'their remedies',
  ],
  ['Rotate keys frequently to avoid this issue.', 'xfrm/sequence-number-exhausted'],
  [
    'After a key rotation, if the old key is cleaned up before the configuration of the new key is installed on all nodes, it results in XfrmInNoStates errors.',
    'rotation/old-key-reclaimed-early',
  ],
  [
    'The old key is removed from nodes after a default interval of 5 minutes by default.',
    'rotation/healthy rotation/old-key-reclaimed-early',
  ],
  [
    'By default, all agents watch for key updates and update their configuration within 1 minute after the key is changed',
    'rotation/slower-than-a-minute',
    'the minute is no bound',
  ],
  [
    'leaving plenty of time before the old key is removed.',
    'rotation/healthy rotation/slower-than-a-minute',
  ],
  [
    'If you expect the key rotation to take longer for some reason (for example, in the case of Cluster Mesh where several clusters need to be updated), you can increase the delay before cleanup with agent flag ipsec-key-rotation-duration.',
    'rotation/longer-rotation-duration mesh/rotated-one-after-another mesh/longer-rotation-duration',
  ],
  [
    'XfrmInStateProtoError errors can happen: 1. If the key is updated without incrementing the SPI (also called KEYID).',
    'key-file/same-key-id-1.16 key-file/same-key-id-1.17 key-file/same-key-id-1.19',
  ],
  [
    'It can be fixed by performing a new key rotation, properly.',
    'key-file/same-key-id-1.17 key-file/same-key-id-1.19',
    'their remedies',
  ],
  [
    '2. If the source node encrypts the packets using a different anti-replay seq from the anti-reply oseq on the destination node.',
    'xfrm/sequence-numbers-disagree',
  ],
  [
    'This can be fixed by properly performing a new key rotation.',
    'xfrm/sequence-numbers-disagree',
    'its remedy',
  ],
  [
    'XfrmFwdHdrError and XfrmInError happen when the kernel fails to lookup the route for a packet it decrypted.',
    'xfrm/pod-deleted xfrm/pod-deleted-quietly',
    'not by itself',
  ],
  [
    'This can legitimately happen when a pod was deleted but some packets are still in transit.',
    'xfrm/pod-deleted xfrm/pod-deleted-quietly',
  ],
  [
    'Note these errors can also happen under memory pressure when the kernel fails to allocate memory.',
    'xfrm/memory-pressure',
  ],
  [
    'XfrmInStateInvalid can happen on rare occasions if packets are received while an XFRM state is being deleted.',
    'xfrm/state-deleted-in-crypto xfrm/input-states-deleted',
  ],
  [
    'XFRM states get deleted as part of node scale-downs and for some upgrades and downgrades.',
    'xfrm/state-deleted-in-crypto membership/removed-node upgrade/rotation-during-downgrade',
  ],
  [
    'The following table documents the known explanations for several XFRM errors that were observed in the past.',
    '',
    'see the rows under Errors',
  ],
  [
    "Many other error types exist, but they are usually for Linux subfeatures that Cilium doesn't use (e.g., XFRM expiration).",
    '',
    'Cilium sets no lifetimes, so that no scenario can expire a state; `keyturn explain` says so of such counters',
  ],
  [
    'In addition to the above XFRM errors, packet drops of type "No node ID found" (code 197) may also occur under normal operations.',
    'membership/new-node',
  ],
  [
    "These drops can happen if a pod attempts to send traffic to a pod on a new node for which the Cilium agent didn't yet receive the CiliumNode object",
    'membership/new-node',
  ],
  ['or to a pod on a node that was recently deleted.', 'membership/removed-node'],
  [
    "It can also happen if the IP address of the destination node changed and the agent didn't receive the updated CiliumNode object yet.",
    'membership/changed-address',
  ],
  [
    "In both cases, the IPsec configuration in the kernel isn't ready yet, so Cilium drops the packets at the source.",
    'membership/new-node membership/changed-address',
  ],
  [
    'These drops will stop once the CiliumNode information is propagated across the cluster.',
    'membership/new-node membership/changed-address membership/removed-node',
    'for a removed node they begin then',
  ],
];

const errors: readonly Row[] = [
  [
    'XfrmInError: The kernel (1) decrypted and tried to route a packet for a pod that was deleted or (2) failed to allocate memory.',
    'xfrm/memory-pressure xfrm/pod-deleted-quietly',
  ],
  [
    'XfrmInNoStates: Bug in the XFRM configuration for decryption.',
    'xfrm/input-states-deleted rotation/old-key-reclaimed-early device/encryption-interface-missing',
    'a bug is one of several causes',
  ],
  [
    'XfrmInStateProtoError: There is a key or anti-replay seq mismatch between nodes.',
    'mesh/different-keys xfrm/sequence-numbers-disagree',
  ],
  [
    'XfrmInStateInvalid: A received packet matched an XFRM state that is being deleted.',
    'xfrm/state-deleted-in-crypto',
  ],
  ['XfrmInTmplMismatch: Bug in the XFRM configuration for decryption.', 'xfrm/template-mismatch'],
  ['XfrmInNoPols: Bug in the XFRM configuration for decryption.', 'xfrm/forward-policy-missing'],
  ['XfrmInPolBlock: Explicit drop, not used by Cilium.', 'xfrm/policy-blocks'],
  ['XfrmOutNoStates: Bug in the XFRM configuration for encryption.', 'xfrm/output-states-deleted'],
  [
    'XfrmOutStateSeqError: The sequence number of an encryption XFRM configuration reached its maximum value.',
    'xfrm/sequence-number-exhausted',
  ],
  [
    'XfrmOutPolBlock: Cilium dropped packets that would have otherwise left the node in plain-text.',
    'xfrm/output-policies-deleted rotation/old-key-reclaimed-early',
  ],
  [
    'XfrmFwdHdrError: The kernel (1) decrypted and tried to route a packet for a pod that was deleted or (2) failed to allocate memory.',
    'xfrm/pod-deleted',
  ],
];

const limitations: readonly Row[] = [
  [
    'Transparent encryption is not currently supported when chaining Cilium on top of other CNI plugins.',
    '',
    '`keyturn import` says so of a `cilium-config` with `cni-chaining-mode`; the model has Cilium as the only CNI plugin',
  ],
  [
    'HostPolicies are not currently supported with IPsec encryption.',
    '',
    '`keyturn import` says so of a `cilium-config` with `enable-host-firewall`; the model has no network policies',
  ],
  [
    'IPsec encryption does not work when using kube-proxy replacement.',
    '',
    '`keyturn import` says so of a `cilium-config` with `kube-proxy-replacement`; the model has traffic from pod to pod, without services',
  ],
  [
    'Be aware that other features may require a kube-proxy free environment in which case they are mutual exclusive.',
    '',
    operators,
  ],
  [
    'IPsec encryption is not currently supported in combination with IPv6-only clusters.',
    'limits/ipv6-only',
  ],
  [
    'IPsec encryption is not supported on clusters or clustermeshes with more than 65535 nodes.',
    'limits/too-many-nodes',
  ],
  [
    'Decryption with Cilium IPsec is limited to a single CPU core per IPsec tunnel.',
    'limits/one-core-per-tunnel',
    'the model has no load; it shows the one state that all packets of a tunnel share',
  ],
  [
    'This may affect performance in case of high throughput between two nodes.',
    'limits/one-core-per-tunnel',
  ],
];

function rows(section: CoveredSentence['section'], list: readonly Row[]): CoveredSentence[] {
  return list.map(([says, scenarios, note]) => ({
    section,
    says,
    scenarios: scenarios === '' ? [] : scenarios.split(' '),
    ...(note === undefined ? {} : { note }),
  }));
}

/** Every sentence of three sections of the page of v1.16.2, and every row of its error table. */
export const pageCoverage: readonly CoveredSentence[] = [
  ...rows('Key Rotation', keyRotation),
  ...rows('Troubleshooting', troubleshooting),
  ...rows('Errors', errors),
  ...rows('Limitations', limitations),
];
