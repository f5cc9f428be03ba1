import { setup } from 'xstate';
import { compileChart } from '../chart.ts';
import { actionNames, type Named } from '../chart-setup.ts';

/**
 * One Kubernetes node: a machine, with a kernel, a kubelet and an agent on it.
 *
 * What a reboot does to IPsec is in the actions of its edges. The kernel's XFRM states and policies and
 * the BPF maps are in memory, and so is the Secret's volume: all are lost. Each boot draws a new boot ID
 * (Linux: drivers/char/random.c, boot_id), from which tunnel keys are derived, so every peer's states for
 * this node are wrong until it learns the new one (cilium: pkg/datapath/linux/node.go, NodeUpdate).
 * The node's record stays through reboots and crashes; only who leaves withdraws it.
 */
export const nodeChart = compileChart(
  setup({
    types: {
      events: {} as Named<
        'JOIN' | 'BOOTED' | 'REBOOT' | 'CRASH' | 'POWER_ON' | 'REPLACE' | 'LEAVE'
      >,
    },
    actions: actionNames(
      'drawBootId',
      'mountVolume',
      'unmountVolume',
      'startAgent',
      'stopAgent',
      'killAgent',
      'loseKernelState',
      'withdrawRecord',
    ),
  }).createMachine({
    id: 'node',
    initial: 'absent',
    states: {
      absent: {
        description: 'Not yet of the cluster.',
        on: { JOIN: { target: 'booting', actions: 'drawBootId' } },
      },
      booting: {
        description: 'The machine starts; there is no agent yet, and nothing in its kernel.',
        on: {
          BOOTED: { target: 'running', actions: ['mountVolume', 'startAgent'] },
          REBOOT: { target: 'down' },
          CRASH: { target: 'down' },
          REPLACE: { target: 'booting', actions: 'drawBootId' },
          LEAVE: { target: 'gone', actions: 'withdrawRecord' },
        },
      },
      running: {
        description: 'The machine runs; the agent has a life of its own.',
        on: {
          REBOOT: { target: 'down', actions: ['stopAgent', 'unmountVolume', 'loseKernelState'] },
          CRASH: { target: 'down', actions: ['killAgent', 'unmountVolume', 'loseKernelState'] },
          REPLACE: {
            target: 'booting',
            actions: ['killAgent', 'unmountVolume', 'loseKernelState', 'drawBootId'],
          },
          LEAVE: {
            target: 'gone',
            actions: ['stopAgent', 'unmountVolume', 'loseKernelState', 'withdrawRecord'],
          },
        },
      },
      down: {
        description: 'The machine is off or restarting; peers still know its last record.',
        on: {
          POWER_ON: { target: 'booting', actions: 'drawBootId' },
          REPLACE: { target: 'booting', actions: 'drawBootId' },
          LEAVE: { target: 'gone', actions: 'withdrawRecord' },
        },
      },
      gone: {
        description: 'The node has left the cluster; one of the same name may join later.',
        on: { JOIN: { target: 'booting', actions: 'drawBootId' } },
      },
    },
  }),
);
