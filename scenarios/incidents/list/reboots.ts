import type { Incident } from '../incident.ts';

/** Tier 2: reboots, boot IDs, restarts of agents, lost records. */
export const rebootsIncidents: readonly Incident[] = [
  {
    id: 'empty-bootid-on-restart',
    tier: 2,
    title: 'Agent restart briefly publishes an empty boot ID',
    links: [
      'cilium/cilium#33881',
      'cilium/cilium#34030',
      'cilium/cilium#34035',
      'cilium/cilium#34221',
      'cilium/cilium#34223',
    ],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'ciliumnode-recreated',
    tier: 2,
    title: 'CiliumNode (or kvstore) deleted and recreated without a reboot',
    links: ['cilium/cilium#39720', 'cilium/cilium#39719'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'update-flag-sticks',
    tier: 2,
    title: "'Peer rebooted' flag survives partial failure and re-resets healthy SAs",
    links: ['code: pkg/datapath/linux/ipsec.go, enableIPsec'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'bootid-derivation-swapped',
    tier: 2,
    title: 'Local/remote boot IDs swapped in key derivation',
    links: [
      'cilium/cilium#35806',
      'cilium/cilium#35210',
      'cilium/cilium#35843',
      'cilium/cilium#40808',
    ],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'corrupt-bootid-panic',
    tier: 2,
    title: 'Short boot ID in any CiliumNode crashes all agents',
    links: ['cilium/cilium#39059'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'identical-bootids-hide-bugs',
    tier: 2,
    title: 'Test clusters share one boot ID',
    links: [
      'cilium/cilium#35951',
      'cilium/cilium#37639',
      'cilium/cilium#37667',
      'cilium/cilium#36742',
    ],
    shownBy: {
      kind: 'heldBy',
      by: 'sim/node-life.ts draws each boot of each node a boot ID of its own, and bootid-derivation-swapped.yaml fails because of it',
    },
  },
  {
    id: 'reboot-key-switch-gap',
    tier: 2,
    title: 'Reboot changes the pair key without changing the SPI',
    links: ['cilium/cilium#35951'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'router-ip-before-state',
    tier: 2,
    title: 'Router IP published before its decrypt state exists',
    links: ['cilium/cilium#28012', 'cilium/cilium#27724', 'cilium/cilium#29801'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'update-suppressed-as-equal',
    tier: 2,
    title: "Object update dropped because 'spec, status and labels are equal'",
    links: ['cilium/cilium#25492', 'cilium/cilium#25465'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'global-key-weakness',
    tier: 2,
    title: 'One key for all nodes: sequence collisions',
    links: [
      'https://github.com/cilium/cilium/security/advisories/GHSA-pwqm-x5x6-5586',
      'cilium/cilium#33504',
      'cilium/cilium#33769',
    ],
    shownBy: {
      kind: 'notModelled',
      reason:
        'No packet is lost and no counter moves: it is about what someone can compute who records packets, and the model has nobody who does. Without a plus sign in the secret, all its states count from 1 under one key.',
    },
  },
  {
    id: 'encrypt-node-bootstrap-deadlock',
    tier: 2,
    title: 'Agent cannot start because its own IPsec rules block the API server',
    links: ['cilium/cilium#10743'],
    shownBy: {
      kind: 'notModelled',
      reason:
        'Node encryption is not modelled, and the traffic of agents with the API server does not go through the tunnels.',
    },
  },
];
