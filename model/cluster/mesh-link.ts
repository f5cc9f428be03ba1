import { setup } from 'xstate';
import { compileChart } from '../chart.ts';
import { actionNames, type Named } from '../chart-setup.ts';

/**
 * A link over which node records spread: from a cluster to another of its mesh, or from a registry to
 * one node that watches it.
 *
 * A watcher that lost its connection lists all records anew before it goes on watching, so what it missed
 * arrives as the newest record of each node and not as the sequence of its changes (Kubernetes
 * documentation, "API concepts", "Efficient detection of changes"; cilium: pkg/kvstore/etcd.go,
 * the list before the watch). That a record was deleted shows only by its absence from that list.
 */
export const meshLinkChart = compileChart(
  setup({
    types: { events: {} as Named<'UPDATE' | 'PARTITION' | 'HEAL' | 'RESYNCED'> },
    actions: actionNames('deliver', 'startResync', 'deliverNewest'),
  }).createMachine({
    id: 'mesh-link',
    initial: 'connected',
    states: {
      connected: {
        description: 'Every change of a record is delivered, after its delay.',
        on: {
          UPDATE: { target: 'connected', actions: 'deliver' },
          PARTITION: { target: 'partitioned' },
        },
      },
      partitioned: {
        description: 'Nothing is delivered; the far side works with the records it has.',
        on: {
          // Not delivered and not kept either: the resync will read the registry.
          UPDATE: { target: 'partitioned' },
          HEAL: { target: 'resyncing', actions: 'startResync' },
        },
      },
      resyncing: {
        description: 'The connection is back and the list of all records is on its way.',
        on: {
          UPDATE: { target: 'resyncing' },
          PARTITION: { target: 'partitioned' },
          RESYNCED: { target: 'connected', actions: 'deliverNewest' },
        },
      },
    },
  }),
);
