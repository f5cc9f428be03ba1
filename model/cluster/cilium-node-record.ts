import { setup } from 'xstate';
import { compileChart } from '../chart.ts';
import { actionNames, type Named } from '../chart-setup.ts';

/**
 * One node's CiliumNode object: how peers learn the node's addresses, boot ID and key ID in CRD mode.
 *
 * The agent gets, changes and updates the object, and creates it where it is not found, so that one
 * event PUBLISH stands for both (cilium: pkg/nodediscovery/nodediscovery.go, UpdateCiliumNodeResource).
 * The object has no lease: it outlives its node until somebody deletes it, and an object that is deleted
 * under a living node stays away until that node's next PUBLISH. Peers then delete and create their
 * XFRM states while the node keeps its own (cilium: Documentation/security/network/encryption-ipsec.rst,
 * v1.18; cilium/cilium#39719).
 */
export const ciliumNodeRecordChart = compileChart(
  setup({
    types: { events: {} as Named<'PUBLISH' | 'WITHDRAW'> },
    actions: actionNames('broadcast', 'broadcastDelete'),
  }).createMachine({
    id: 'cilium-node-record',
    initial: 'absent',
    states: {
      absent: {
        description: 'No object: peers do not know the node.',
        on: {
          PUBLISH: { target: 'published', actions: 'broadcast' },
          WITHDRAW: { target: 'absent' },
        },
      },
      published: {
        description: 'The object is what the node last published, whether or not it still lives.',
        on: {
          PUBLISH: { target: 'published', actions: 'broadcast' },
          WITHDRAW: { target: 'absent', actions: 'broadcastDelete' },
        },
      },
    },
  }),
);
