import { setup } from 'xstate';
import { compileChart } from '../chart.ts';
import { actionNames, type Named } from '../chart-setup.ts';

/**
 * One XFRM state's `km.state` (Linux 6.1, include/net/xfrm.h, XFRM_STATE_VOID and following).
 *
 * - VOID: xfrm_state_alloc; until the netlink call that adds it ends (net/xfrm/xfrm_user.c, xfrm_add_sa).
 * - ACQ, the larval state: an outbound lookup that a key manager is asked to answer, or ALLOCSPI
 *   (net/xfrm/xfrm_state.c, xfrm_state_find and __find_acq_core).
 * - ERROR: a PF_KEY key manager reports that it failed (net/key/af_key.c, pfkey_acquire); nothing else
 *   leads there.
 * - EXPIRED: a hard limit of bytes or packets (xfrm_state.c, xfrm_state_check_expire); a timer that is due
 *   at once deletes the state. A limit of time deletes it without this state (xfrm_timer_handler).
 * - DEAD: deleted, and found by no lookup; packets in flight may still refer to it.
 *
 * An inbound packet that meets a state which is not VALID is dropped: ACQ counts as XfrmAcquireError, any
 * other as XfrmInStateInvalid (net/xfrm/xfrm_input.c, xfrm_input).
 */
export const xfrmStateChart = compileChart(
  setup({
    types: {
      events: {} as Named<
        | 'ADDED'
        | 'REFUSED'
        | 'ACQUIRE'
        | 'ALLOCSPI'
        | 'ACQUIRE_FAILED'
        | 'SUPERSEDED'
        | 'UPDATE'
        | 'SOFT_LIMIT'
        | 'HARD_LIMIT'
        | 'TIME_LIMIT'
        | 'TIMER'
        | 'DELETE'
      >,
    },
    actions: actionNames('sendAcquire', 'sendSoftExpire', 'sendHardExpire', 'startTimer', 'unlink'),
  }).createMachine({
    id: 'xfrm-state',
    initial: 'VOID',
    states: {
      VOID: {
        description: 'Allocated; perhaps inserted, but not yet usable.',
        on: {
          ADDED: { target: 'VALID' },
          // EEXIST, or a parameter that no algorithm accepts.
          REFUSED: { target: 'DEAD' },
          ACQUIRE: { target: 'ACQ', actions: ['sendAcquire', 'startTimer'] },
          ALLOCSPI: { target: 'ACQ', actions: 'startTimer' },
        },
      },
      ACQ: {
        description: 'Larval: it holds a place while a key manager negotiates.',
        on: {
          // An outbound larval state is given an SPI, and stays larval.
          ALLOCSPI: { target: 'ACQ' },
          ACQUIRE_FAILED: { target: 'ERROR' },
          // The state that was waited for has been added, or an update found this one.
          SUPERSEDED: { target: 'DEAD', actions: 'unlink' },
          // `xfrm_acq_expires` has passed.
          TIME_LIMIT: { target: 'DEAD', actions: ['unlink', 'sendHardExpire'] },
          DELETE: { target: 'DEAD', actions: 'unlink' },
        },
      },
      VALID: {
        description: 'In use.',
        on: {
          // Changes limits, marks and encapsulation; never the key, which is ignored in silence.
          UPDATE: { target: 'VALID' },
          SOFT_LIMIT: { target: 'VALID', actions: 'sendSoftExpire' },
          HARD_LIMIT: { target: 'EXPIRED', actions: 'startTimer' },
          TIME_LIMIT: { target: 'DEAD', actions: ['unlink', 'sendHardExpire'] },
          DELETE: { target: 'DEAD', actions: 'unlink' },
        },
      },
      ERROR: {
        description: 'A key manager has given up; lookups fail until the larval lifetime is over.',
        on: {
          TIME_LIMIT: { target: 'DEAD', actions: ['unlink', 'sendHardExpire'] },
          DELETE: { target: 'DEAD', actions: 'unlink' },
        },
      },
      EXPIRED: {
        description: 'Its bytes or packets are used up; packets of the same batch still meet it.',
        on: {
          TIMER: { target: 'DEAD', actions: ['unlink', 'sendHardExpire'] },
          DELETE: { target: 'DEAD', actions: 'unlink' },
        },
      },
      DEAD: { description: 'Deleted: no lookup finds it.' },
    },
  }),
);
