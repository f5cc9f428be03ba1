import { setup } from 'xstate';
import { compileChart } from '../chart.ts';
import { actionNames, type Named } from '../chart-setup.ts';

/**
 * The life of one Cilium agent, as far as its IPsec key goes.
 *
 * - Start: a key file that cannot be loaded fails the start, and so does a refused encrypt map; the
 *   kubelet tries again (cilium: pkg/datapath/linux/ipsec/cell.go, keyCustodian.Start, which returns the
 *   error of SetIPSecSPI).
 * - The key file's watcher and the reclaimer start last (ibid., StartBackgroundJobs). So a file that is
 *   replaced between the first load and that moment goes unnoticed until the next one: inferred.
 * - Rotation: one goroutine loads, then introduces the key, and sees the next event of the file only
 *   then; a failed load leaves the agent degraded, without a retry (cilium: ipsec_linux.go, v1.16,
 *   keyfileWatcher).
 * - While it introduces a key it holds the node handler's lock, so changes of nodes wait (cilium:
 *   pkg/datapath/linux/node.go, AllNodeValidateImplementation). The reclaimer does not wait.
 *
 * `introduceKey` is: publish the key ID, install the XFRM states, set the encrypt map, in the order of
 * the agent's release. `queueInput` keeps what was just told; it is told again when the agent is
 * ready or degraded.
 */
export const agentChart = compileChart(
  setup({
    types: {
      events: {} as Named<
        | 'START'
        | 'KEY_LOADED'
        | 'KEY_REJECTED'
        | 'INSTALLED'
        | 'ENCRYPT_MAP_REFUSED'
        | 'KEY_FILE'
        | 'NODE_CHANGED'
        | 'RECLAIM_TICK'
        | 'BACKGROUND_SYNC'
        | 'STOP'
        | 'CRASH'
      >,
    },
    actions: actionNames(
      'loadKeyFile',
      'introduceKey',
      'startBackgroundJobs',
      'programNode',
      'validateNode',
      'reclaimStaleKeys',
      'queueInput',
      'checkpointNodes',
      'reportHealthy',
      'reportDegraded',
      'failStart',
    ),
  }).createMachine({
    id: 'agent',
    initial: 'stopped',
    states: {
      stopped: {
        description: 'No process. What the kernel and the BPF maps hold goes on working.',
        on: {
          START: { target: 'starting', actions: 'loadKeyFile' },
          // The next start reads the file and lists the nodes.
          KEY_FILE: { target: 'stopped' },
          NODE_CHANGED: { target: 'stopped' },
          STOP: { target: 'stopped' },
          CRASH: { target: 'stopped' },
        },
      },
      starting: {
        description: 'The process runs and reads its key file.',
        on: {
          KEY_LOADED: { target: 'installing', actions: 'introduceKey' },
          KEY_REJECTED: { target: 'crashLoop', actions: 'failStart' },
          // Nobody watches yet: the load under way may or may not have seen this file.
          KEY_FILE: { target: 'starting' },
          NODE_CHANGED: { target: 'starting', actions: 'queueInput' },
          STOP: { target: 'stopped' },
          CRASH: { target: 'stopped' },
        },
      },
      installing: {
        description: 'XFRM states and policies for every node known so far are being made sure of.',
        on: {
          INSTALLED: { target: 'ready', actions: ['startBackgroundJobs', 'reportHealthy'] },
          ENCRYPT_MAP_REFUSED: { target: 'crashLoop', actions: 'failStart' },
          // Nobody watches yet: this file is missed.
          KEY_FILE: { target: 'installing' },
          NODE_CHANGED: { target: 'installing', actions: 'queueInput' },
          STOP: { target: 'stopped' },
          CRASH: { target: 'stopped' },
        },
      },
      ready: {
        description: 'The newest key that was loaded is in use; the key file is watched.',
        on: {
          KEY_FILE: { target: 'loading', actions: 'loadKeyFile' },
          NODE_CHANGED: { target: 'ready', actions: 'programNode' },
          RECLAIM_TICK: { target: 'ready', actions: 'reclaimStaleKeys' },
          BACKGROUND_SYNC: { target: 'ready', actions: 'validateNode' },
          STOP: { target: 'stopped', actions: 'checkpointNodes' },
          CRASH: { target: 'stopped' },
        },
      },
      loading: {
        description: 'The key file has changed and is being read.',
        on: {
          KEY_LOADED: { target: 'rotating', actions: 'introduceKey' },
          KEY_REJECTED: { target: 'degraded', actions: 'reportDegraded' },
          KEY_FILE: { target: 'loading', actions: 'queueInput' },
          NODE_CHANGED: { target: 'loading', actions: 'queueInput' },
          RECLAIM_TICK: { target: 'loading', actions: 'reclaimStaleKeys' },
          BACKGROUND_SYNC: { target: 'loading', actions: 'queueInput' },
          STOP: { target: 'stopped', actions: 'checkpointNodes' },
          CRASH: { target: 'stopped' },
        },
      },
      rotating: {
        description: 'The new key is loaded, and the old one forgotten; it is being introduced.',
        on: {
          INSTALLED: { target: 'ready', actions: 'reportHealthy' },
          ENCRYPT_MAP_REFUSED: { target: 'degraded', actions: 'reportDegraded' },
          KEY_FILE: { target: 'rotating', actions: 'queueInput' },
          NODE_CHANGED: { target: 'rotating', actions: 'queueInput' },
          RECLAIM_TICK: { target: 'rotating', actions: 'reclaimStaleKeys' },
          BACKGROUND_SYNC: { target: 'rotating', actions: 'queueInput' },
          STOP: { target: 'stopped', actions: 'checkpointNodes' },
          CRASH: { target: 'stopped' },
        },
      },
      degraded: {
        description: 'The last key file failed. The agent works on, and waits for the next one.',
        on: {
          KEY_FILE: { target: 'loading', actions: 'loadKeyFile' },
          NODE_CHANGED: { target: 'degraded', actions: 'programNode' },
          RECLAIM_TICK: { target: 'degraded', actions: 'reclaimStaleKeys' },
          BACKGROUND_SYNC: { target: 'degraded', actions: 'validateNode' },
          STOP: { target: 'stopped', actions: 'checkpointNodes' },
          CRASH: { target: 'stopped' },
        },
      },
      crashLoop: {
        description: 'The start failed; the kubelet waits before it tries again.',
        on: {
          START: { target: 'starting', actions: 'loadKeyFile' },
          KEY_FILE: { target: 'crashLoop' },
          NODE_CHANGED: { target: 'crashLoop' },
          STOP: { target: 'stopped' },
          CRASH: { target: 'stopped' },
        },
      },
    },
  }),
);
