import { setup } from 'xstate';
import { compileChart } from '../chart.ts';
import { actionNames, type Named } from '../chart-setup.ts';

/**
 * One node's record under `cilium/state/nodes/v1` in etcd: how peers learn of it in kvstore mode, and
 * how the nodes of other clusters do through a cluster mesh (cilium: pkg/node/store/store.go).
 *
 * It differs from the CiliumNode object by its lease: where the node no longer renews it, etcd deletes
 * the record by itself, and peers see the node deleted although nobody withdrew it. A node that was
 * only cut off writes the record anew once it reaches etcd again, and peers see it created. Peers then
 * have new XFRM states and the node its old ones (cilium: Documentation/security/network/
 * encryption-ipsec.rst, v1.18; cilium/cilium#39719).
 */
export const kvstoreNodeRecordChart = compileChart(
  setup({
    types: { events: {} as Named<'PUBLISH' | 'WITHDRAW' | 'LEASE_EXPIRED'> },
    actions: actionNames('broadcast', 'broadcastDelete'),
  }).createMachine({
    id: 'kvstore-node-record',
    initial: 'absent',
    states: {
      absent: {
        description: 'No record: the node never published one, or withdrew it.',
        on: {
          PUBLISH: { target: 'published', actions: 'broadcast' },
          WITHDRAW: { target: 'absent' },
        },
      },
      published: {
        description: 'The record is what the node last published, and its lease is alive.',
        on: {
          PUBLISH: { target: 'published', actions: 'broadcast' },
          WITHDRAW: { target: 'absent', actions: 'broadcastDelete' },
          LEASE_EXPIRED: { target: 'expired', actions: 'broadcastDelete' },
        },
      },
      expired: {
        description:
          'etcd has deleted the record; its node may well be alive and believe otherwise.',
        on: {
          PUBLISH: { target: 'published', actions: 'broadcast' },
          WITHDRAW: { target: 'absent' },
        },
      },
    },
  }),
);
