import { setup } from 'xstate';
import { compileChart } from '../chart.ts';
import type { Named } from '../chart-setup.ts';

/**
 * One cluster's key rotation as seen from outside: an observer, which does nothing.
 *
 * The events are about the nodes that are up: EVERY_NODE_LOADED says that each has loaded the newest key,
 * EVERY_OLD_KEY_RECLAIMED that none holds any other, which implies the former. An agent remembers one
 * key only, so a Secret that is written before the rotation has settled may leave nodes that hold
 * three keys, and nodes that never saw the one in between (cilium: pkg/datapath/linux/ipsec/
 * ipsec_linux.go, v1.16, LoadIPSecKeys and ipSecSPICanBeReclaimed).
 */
export const rotationChart = compileChart(
  setup({
    types: {
      events: {} as Named<'SECRET_WRITTEN' | 'EVERY_NODE_LOADED' | 'EVERY_OLD_KEY_RECLAIMED'>,
    },
  }).createMachine({
    id: 'rotation',
    initial: 'settled',
    states: {
      settled: {
        description: 'Every node holds the newest key and no other.',
        on: { SECRET_WRITTEN: { target: 'spreading' } },
      },
      spreading: {
        description: 'The Secret is written; some node has yet to load the new key.',
        on: {
          EVERY_NODE_LOADED: { target: 'overlapping' },
          SECRET_WRITTEN: { target: 'overtaken' },
        },
      },
      overlapping: {
        description: 'Every node has the new key; some still accept the old one.',
        on: {
          EVERY_OLD_KEY_RECLAIMED: { target: 'settled' },
          SECRET_WRITTEN: { target: 'overtaken' },
        },
      },
      overtaken: {
        description: 'Another key was written before the last rotation had settled: dangerous.',
        on: {
          SECRET_WRITTEN: { target: 'overtaken' },
          // The keys in between are still about, so the danger lasts until all are reclaimed.
          EVERY_NODE_LOADED: { target: 'overtaken' },
          EVERY_OLD_KEY_RECLAIMED: { target: 'settled' },
        },
      },
    },
  }),
);
