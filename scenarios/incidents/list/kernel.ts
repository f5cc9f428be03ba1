import type { Incident } from '../incident.ts';

/** Tier 4: what the kernel does with states and policies, upgrades, interfaces. */
export const kernelIncidents: readonly Incident[] = [
  {
    id: 'kernel-conflict-source-ip',
    tier: 4,
    title: 'Agent and kernel disagree on when two SAs conflict',
    links: ['cilium/cilium#33028', 'cilium/cilium#42666', 'cilium/cilium#33507'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'nonatomic-replace',
    tier: 4,
    title: 'State replacement is not atomic',
    links: ['cilium/cilium#32240', 'cilium/cilium#28485', 'cilium/cilium#36838'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'upgrade-stale-conflict',
    tier: 4,
    title: 'Upgrade leaves old states that block new ones',
    links: [
      'cilium/cilium#24780',
      'cilium/cilium#24773',
      'cilium/cilium#24702',
      'cilium/cilium#24705',
    ],
    shownBy: {
      kind: 'notModelled',
      reason:
        'The states of releases before v1.16, without node IDs in their marks, are not modelled.',
    },
  },
  {
    id: 'upgrade-tunnel-ip-switch',
    tier: 4,
    title: 'Encapsulation IP changes between versions',
    links: ['cilium/cilium#25724'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'downgrade-nostates',
    tier: 4,
    title: 'Downgrade loses packets',
    links: ['cilium/cilium#27276', 'cilium/cilium#31090', 'cilium/cilium#28483'],
    shownBy: {
      kind: 'notModelled',
      reason:
        'The states of releases before v1.16 are not modelled; why no rotation may be made during a downgrade is rotation-during-mixed-versions.',
    },
  },
  {
    id: 'drop-policy-gaps',
    tier: 4,
    title: 'Safety-net policy missing, late or wrong for IPv6',
    links: [
      'cilium/cilium#24010',
      'cilium/cilium#25257',
      'cilium/cilium#25953',
      'cilium/cilium#26113',
    ],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'ifid-kernel-change',
    tier: 4,
    title: 'Kernel stopped accepting XFRM interface ID 0; workaround sent clear text',
    links: ['cilium/cilium#18789', 'cilium/cilium#19019', 'flatcar/Flatcar#626'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'dualstack-nil-dst',
    tier: 4,
    title: "Second family's state rejected as duplicate",
    links: ['cilium/cilium#27280'],
    shownBy: {
      kind: 'notModelled',
      reason: 'Subnet mode, in which states have no destination, is not modelled.',
    },
  },
  {
    id: 'in-policy-template',
    tier: 4,
    title: 'Missing or mismatching IN policy/template',
    links: [
      'cilium/cilium#21735',
      'cilium/cilium#21621',
      'cilium/cilium#21595',
      'cilium/cilium#17022',
    ],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'new-interface-not-armed',
    tier: 4,
    title: 'New ENI without decrypt program',
    links: [
      'cilium/cilium#25565',
      'cilium/cilium#25744',
      'cilium/cilium#25518',
      'cilium/cilium#13027',
    ],
    shownBy: {
      kind: 'notModelled',
      reason:
        'Nodes have their devices from the start, and none is added at run time. What an agent without the program on a device does is shown by device/decryption-interface-missing.',
    },
  },
  {
    id: 'pod-subnets-global-race',
    tier: 4,
    title: 'Subnet list read from an unsynchronised global',
    links: ['cilium/cilium#48493'],
    shownBy: { kind: 'notModelled', reason: 'Subnet mode (ENI, Azure) is not modelled.' },
  },
];
