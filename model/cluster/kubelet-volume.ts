import { setup } from 'xstate';
import { compileChart } from '../chart.ts';
import { actionNames, type Named } from '../chart-setup.ts';

/**
 * The Secret as files in one node's agent pod, kept up to date by the kubelet.
 *
 * - The kubelet writes what is newest when it syncs, not what was newest when it was told: several
 *   changes between two syncs become one new file (Kubernetes documentation, "Secrets", "Using Secrets
 *   as files from a Pod": the delay is the kubelet's sync period plus its cache's propagation delay).
 * - The files lie in a tmpfs (ibid., "Information security for Secrets"), so a reboot loses them and the
 *   next mount reads the newest Secret.
 * - When the Secret is deleted, the files of a running pod stay and a new mount fails, since SetUpAt
 *   returns before it writes where a Secret that is not optional is not found (kubernetes:
 *   pkg/volume/secret/secret.go). Cilium's DaemonSet does not mount it as optional (cilium:
 *   install/kubernetes/cilium/templates/cilium-agent/daemonset.yaml, volume cilium-ipsec-secrets, v1.17).
 */
export const kubeletVolumeChart = compileChart(
  setup({
    types: {
      events: {} as Named<
        'REMOUNTED' | 'SECRET_CHANGED' | 'SYNCED' | 'SECRET_DELETED' | 'UNMOUNTED'
      >,
    },
    actions: actionNames('scheduleSync', 'fileReplaced', 'fileMounted', 'fileLost'),
  }).createMachine({
    id: 'kubelet-volume',
    initial: 'missing',
    states: {
      missing: {
        description: 'No file: the pod does not run, and the agent cannot start.',
        on: {
          REMOUNTED: { target: 'current', actions: 'fileMounted' },
          // The next mount reads whatever is newest then.
          SECRET_CHANGED: { target: 'missing' },
          SECRET_DELETED: { target: 'missing' },
        },
      },
      current: {
        description: 'The file is the newest Secret.',
        on: {
          // A new pod on a running node gets a volume of its own.
          REMOUNTED: { target: 'current', actions: 'fileMounted' },
          SECRET_CHANGED: { target: 'stale', actions: 'scheduleSync' },
          // The sync of a change that an earlier sync or a mount has already brought.
          SYNCED: { target: 'current' },
          SECRET_DELETED: { target: 'orphaned' },
          UNMOUNTED: { target: 'missing', actions: 'fileLost' },
        },
      },
      stale: {
        description: 'The Secret has changed; the kubelet has yet to replace the file.',
        on: {
          REMOUNTED: { target: 'current', actions: 'fileMounted' },
          // The sync under way brings this change too: the newest wins.
          SECRET_CHANGED: { target: 'stale' },
          SYNCED: { target: 'current', actions: 'fileReplaced' },
          SECRET_DELETED: { target: 'orphaned' },
          UNMOUNTED: { target: 'missing', actions: 'fileLost' },
        },
      },
      orphaned: {
        description: 'The Secret is gone; its last file is still there for the agent to read.',
        on: {
          SECRET_CHANGED: { target: 'stale', actions: 'scheduleSync' },
          // The kubelet finds no Secret, reports it, and leaves the file alone.
          SYNCED: { target: 'orphaned' },
          UNMOUNTED: { target: 'missing', actions: 'fileLost' },
        },
      },
    },
  }),
);
