import { setup } from 'xstate';
import { compileChart } from '../chart.ts';
import { actionNames, type Named } from '../chart-setup.ts';

/**
 * The Secret object that holds the IPsec key, at the API server of one cluster.
 *
 * A write is announced to every kubelet that mounts the Secret (Kubernetes documentation, "Secrets",
 * "Using Secrets as files from a Pod": mounted Secrets are updated automatically). Which key the
 * Secret holds is not the chart's business: the store keeps the text.
 */
export const secretStoreChart = compileChart(
  setup({
    types: { events: {} as Named<'WRITE' | 'DELETE'> },
    actions: actionNames('notifyKubelets', 'notifyKubeletsOfDeletion'),
  }).createMachine({
    id: 'secret-store',
    initial: 'absent',
    states: {
      absent: {
        description: 'No such Secret: an agent pod that would mount it cannot start.',
        on: {
          WRITE: { target: 'present', actions: 'notifyKubelets' },
          // The API server answers "not found", and nothing happens.
          DELETE: { target: 'absent' },
        },
      },
      present: {
        description: 'The Secret exists; the newest write is what every kubelet will come to see.',
        on: {
          WRITE: { target: 'present', actions: 'notifyKubelets' },
          DELETE: { target: 'absent', actions: 'notifyKubeletsOfDeletion' },
        },
      },
    },
  }),
);
