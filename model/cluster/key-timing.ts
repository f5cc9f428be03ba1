import { setup } from 'xstate';
import { compileChart } from '../chart.ts';
import type { Named } from '../chart-setup.ts';

/**
 * How far one use of one key has spread from one node, in the four states of DNSSEC key management
 * (Schaeffer, "Flexible and Robust Key Rollover", SATIN 2012; BIND: lib/dns/keymgr.c,
 * keymgr_desiredstate, whose edges these are).
 *
 * It is stepped for two uses of each key on each node. *Receive*: for how many peers the node has an IN
 * state of the key. *Send-use*: to how many peers the node sends with the key. Begun and ended say that
 * the first of the peers changes; everywhere and nowhere say that the last one has.
 *
 * The safety law: send-use of a key may begin only where receive of it is installed, and receive of it
 * may end only when no one can still send with it.
 */
export const keyTimingChart = compileChart(
  setup({
    types: {
      events: {} as Named<'BEGUN' | 'EVERYWHERE' | 'PEER_JOINED' | 'ENDED' | 'NOWHERE'>,
    },
  }).createMachine({
    id: 'key-timing',
    initial: 'hidden',
    states: {
      hidden: {
        description: 'In use with no peer.',
        on: {
          BEGUN: { target: 'rumoured' },
          PEER_JOINED: { target: 'hidden' },
        },
      },
      rumoured: {
        description: 'In use with some peers, on the way to all.',
        on: {
          EVERYWHERE: { target: 'omnipresent' },
          PEER_JOINED: { target: 'rumoured' },
          ENDED: { target: 'unretentive' },
        },
      },
      omnipresent: {
        description: 'In use with every peer.',
        on: {
          // With the newcomer the key is not in use yet, so it is no longer so with all.
          PEER_JOINED: { target: 'rumoured' },
          ENDED: { target: 'unretentive' },
        },
      },
      unretentive: {
        description: 'Still in use with some peers, on the way to none.',
        on: {
          // A key that is taken up again before the last peer has let go of it.
          BEGUN: { target: 'rumoured' },
          PEER_JOINED: { target: 'unretentive' },
          NOWHERE: { target: 'hidden' },
        },
      },
    },
  }),
);
