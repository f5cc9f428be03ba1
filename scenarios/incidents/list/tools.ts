import type { Incident } from '../incident.ts';

/** Tier 6: tools and tests that mislead. */
export const toolsIncidents: readonly Incident[] = [
  {
    id: 'key-count-wrong',
    tier: 6,
    title: "'Keys in use' counts wrong or crashes",
    links: [
      'cilium/cilium#29181',
      'cilium/cilium#29182',
      'cilium/cilium#27996',
      'cilium/cilium#34647',
    ],
    shownBy: {
      kind: 'notModelled',
      reason:
        'A fault of the tool that counts. keyturn counts the keys of its own kernels: SimNode, held by the tests of keysInUse.',
    },
  },
  {
    id: 'expected-count-wrong',
    tier: 6,
    title: 'Expected key count differs per version; tests passed for the wrong reason',
    links: [
      'cilium/cilium#37018',
      'cilium/cilium#37451',
      'cilium/cilium#39512',
      'cilium/cilium#31628',
      'cilium/cilium#29353',
      'cilium/cilium#37722',
    ],
    shownBy: { kind: 'scenario' },
  },
  {
    id: 'test-cannot-fail',
    tier: 6,
    title: 'Rotation test green while the bug was known',
    links: [
      'cilium/cilium#27203',
      'cilium/cilium#36031',
      'cilium/cilium#31090',
      'cilium/cilium#32289',
      'cilium/cilium#32290',
    ],
    shownBy: {
      kind: 'heldBy',
      by: 'scenarios/incidents.test.ts runs every scenario with what is broken and without, and demands that the first fails',
    },
  },
  {
    id: 'seq-display-32bit',
    tier: 6,
    title: 'Max sequence shown against a 32-bit limit after the switch to 64 bits',
    links: ['cilium/cilium#40622'],
    shownBy: {
      kind: 'notModelled',
      reason: 'A fault of the tool that displays: the number itself is right.',
    },
  },
  {
    id: 'rotation-log-spi-zero',
    tier: 6,
    title: 'Clean-up log always said SPI 0',
    links: ['cilium/cilium#16557'],
    shownBy: {
      kind: 'notModelled',
      reason: 'A fault in the text of a log line, which decides nothing.',
    },
  },
];
