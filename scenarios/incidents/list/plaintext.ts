import type { Incident } from '../incident.ts';

/** Tier 5: traffic that leaves unencrypted. */
export const plaintextIncidents: readonly Incident[] = [
  {
    id: 'plaintext-l7-proxy',
    tier: 5,
    title: 'Proxy traffic bypassed encryption',
    links: [
      'https://github.com/cilium/cilium/security/advisories/GHSA-j89h-qrvr-xc36',
      'cilium/cilium#31984',
      'cilium/cilium#32683',
      'cilium/cilium#31478',
    ],
    shownBy: {
      kind: 'notModelled',
      reason: 'Proxies are not modelled: every probe goes straight from pod to pod.',
    },
  },
  {
    id: 'plaintext-effective-spi-zero',
    tier: 5,
    title: "If either side's key is 0 the packet goes out in clear",
    links: ['cilium/cilium#34756', 'cilium/cilium#24010'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'plaintext-unknown-destination',
    tier: 5,
    title: 'First packets to a not-yet-known pod leave unencrypted',
    links: ['https://docs.cilium.io/en/v1.16/security/network/encryption/'],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'plaintext-after-pod-delete',
    tier: 5,
    title: 'Lingering packets after pod removal',
    links: [
      'cilium/cilium#36575',
      'cilium/cilium#35485',
      'cilium/cilium#36962',
      'cilium/cilium#37113',
      'cilium/cilium#37120',
    ],
    shownBy: {
      kind: 'notModelled',
      reason:
        'Only probes of pods that are there are sent; packets that a kernel sends in the name of a pod that is gone are not modelled.',
    },
  },
];
