import type { Incident } from '../incident.ts';

/** Tier 3: nodes that come and go, and their IDs. */
export const churnIncidents: readonly Incident[] = [
  {
    id: 'missed-delete-ip-reuse',
    tier: 3,
    title: 'Delete missed while agent is down, IPs reused by another node',
    links: ['cilium/cilium#33053', 'cilium/cilium#33666', 'cilium/cilium#33278'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'nodeid-from-pod-events',
    tier: 3,
    title: 'Node IDs allocated from pod events before the node object',
    links: ['cilium/cilium#27029', 'cilium/cilium#26725', 'cilium/cilium#23202'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'nodeid-zero-deletes-catchall',
    tier: 3,
    title: 'Cleaning up an unknown node removed the shared inbound state',
    links: ['cilium/cilium#26057', 'cilium/cilium#26072', 'cilium/cilium#25784'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'nodeid-pool-exhausted',
    tier: 3,
    title: 'ID pool or map runs out',
    links: [
      'cilium/cilium#31380',
      'cilium/cilium#47563',
      'cilium/cilium#47567',
      'cilium/cilium#47568',
    ],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'two-ids-dual-stack',
    tier: 3,
    title: 'IPv4 and IPv6 addresses of one node got different IDs',
    links: ['cilium/cilium#26114', 'cilium/cilium#26247'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'missed-delete-leak',
    tier: 3,
    title: 'XFRM objects of dead nodes never removed',
    links: [
      'cilium/cilium#26298',
      'cilium/cilium#29822',
      'cilium/cilium#25784',
      'cilium/cilium#25953',
      'cilium/cilium#27187',
      'cilium/cilium#41957',
    ],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'prune-local-node',
    tier: 3,
    title: 'Start-up pruning deletes the local node',
    links: ['cilium/cilium#41544'],
    shownBy: {
      kind: 'notModelled',
      reason:
        'The agent keeps no IPsec object of its local node, neither states nor policies nor an entry of the node map: there is nothing that pruning it would remove.',
    },
  },
  {
    id: 'nodeid-sync-lag-mesh',
    tier: 3,
    title: 'Cluster-mesh start: remote nodes unknown for a while',
    links: [
      'cilium/cilium#38113',
      'cilium/cilium#27184',
      'cilium/cilium#31635',
      'cilium/cilium#27575',
    ],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'ip-change-ignored',
    tier: 3,
    title: 'Node IP change not applied to IPsec',
    links: ['cilium/cilium#15406', 'cilium/cilium#31528', 'cilium/cilium#28702'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'kvstore-owns-delete',
    tier: 3,
    title: "Kubernetes delete ignored because the kvstore 'owns' the node",
    links: ['cilium/cilium#7805', 'cilium/cilium#7998', 'cilium/cilium#8214'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'phantom-cidr-encrypted',
    tier: 3,
    title: 'Auto-generated pod CIDRs pulled outside traffic into IPsec',
    links: ['cilium/cilium#46179', 'cilium/cilium#28632'],
    shownBy: {
      kind: 'notModelled',
      reason:
        'Probes go from pod to pod; traffic to addresses outside the clusters, which wrong prefixes would pull in, is not modelled.',
    },
  },
  {
    id: 'validator-quadratic',
    tier: 3,
    title: 'Periodic validation lists all SAs per peer: O(N²)',
    links: ['cilium/cilium#32588', 'cilium/cilium#32577'],
    shownBy: {
      kind: 'notModelled',
      reason:
        'Listing states takes no time in the model, so that a list per peer costs nothing. That slow agents are late is shown by advertise-before-install and by the fault slowNode.',
    },
  },
];
