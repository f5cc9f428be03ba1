import type { Address } from '../../model/address.ts';
import { covers } from '../../model/address.ts';
import type { NodeName, NodeRecord, Operations } from '../../model/agent/index.ts';
import { nodeIdOfMark } from '../../model/datapath/index.ts';
import { intercepted } from './interception.ts';
import type { Mutant } from './mutant.ts';

/** Mutants that lose count of the IDs that they gave to nodes. */
export const nodeIdMutants: readonly Mutant[] = [
  {
    name: 'numbers-nodes-by-pod-events',
    sentence: 'Gives a node a new ID when it hears of a new key of one of its pods.',
    source: 'https://github.com/cilium/cilium/issues/27029',
    upTo: 'cilium-1.17',
    make: intercepted(({ random }) => {
      const nodes = new Map<NodeName, NodeRecord>();
      const keyIds = new Map<Address, number>();
      return {
        input(input) {
          if (input.kind === 'start') {
            for (const node of input.start.nodes) nodes.set(node.name, node);
          }
          if (input.kind === 'nodeUpsert') nodes.set(input.node.name, input.node);
          return input;
        },
        *afterwards(input) {
          if (input.kind !== 'endpointUpsert') return;
          const before = keyIds.get(input.address);
          keyIds.set(input.address, input.keyId);
          if (before === undefined || before === input.keyId) return;
          const node = nodeOfPod(nodes.values(), input.address);
          const address = node?.internalIp[4];
          if (node === undefined || address === undefined) return;
          const nodeId = 1 + random.nodeId(65_535);
          yield { kind: 'nodeMapUpdate', address, nodeId, keyId: node.keyId };
        },
      };
    }),
  },
  {
    name: 'deletes-what-has-node-id-zero',
    sentence:
      'Deletes, for a node that it never mapped, all objects whose mark has node ID 0: those of all nodes.',
    source: 'https://github.com/cilium/cilium/issues/26057',
    make: intercepted(() => {
      const known = new Set<NodeName>();
      return {
        input(input) {
          if (input.kind === 'start') for (const node of input.start.nodes) known.add(node.name);
          if (input.kind === 'nodeUpsert') known.add(input.node.name);
          return input;
        },
        *afterwards(input) {
          if (input.kind === 'nodeDelete' && !known.delete(input.name)) yield* deleteNodeZero();
        },
      };
    }),
  },
  {
    name: 'leaks-node-ids',
    sentence: 'Never gives a node ID back to its pool of 4, and writes ID 0 when that is empty.',
    source: 'https://github.com/cilium/cilium/issues/31380',
    make: intercepted(() => {
      const given = new Set<number>();
      return {
        *operation(operation) {
          if (operation.kind !== 'nodeMapUpdate') return yield operation;
          if (given.size < 4) given.add(operation.nodeId);
          const nodeId = given.has(operation.nodeId) ? operation.nodeId : 0;
          return yield { ...operation, nodeId };
        },
      };
    }),
  },
  {
    name: 'numbers-families-apart',
    sentence: 'Gives the IPv6 addresses of a node another ID than its IPv4 addresses.',
    source: 'https://github.com/cilium/cilium/issues/26114',
    make: intercepted(() => ({
      *operation(operation) {
        if (operation.kind !== 'nodeMapUpdate' || operation.address.family === 4) {
          return yield operation;
        }
        return yield { ...operation, nodeId: (operation.nodeId % 65_535) + 1 };
      },
    })),
  },
  {
    name: 'gives-all-nodes-one-id',
    sentence: 'Maps all nodes to the ID 1.',
    source: 'Breaks the rule that each node ID stands for one node',
    make: intercepted(() => ({
      *operation(operation) {
        if (operation.kind !== 'nodeMapUpdate') return yield operation;
        return yield { ...operation, nodeId: 1 };
      },
    })),
  },
];

function nodeOfPod(nodes: Iterable<NodeRecord>, pod: Address): NodeRecord | undefined {
  return [...nodes].find(({ podCidr }) => {
    const block = podCidr[pod.family];
    return block !== undefined && covers(block, pod);
  });
}

function* deleteNodeZero(): Operations {
  const { states = [] } = yield { kind: 'xfrmStateList' };
  for (const state of [...states]) {
    if (nodeIdOfMark(state.markValue) === 0) yield { kind: 'xfrmStateDelete', state };
  }
  const { policies = [] } = yield { kind: 'xfrmPolicyList' };
  for (const policy of [...policies]) {
    if (nodeIdOfMark(policy.markBits) === 0) yield { kind: 'xfrmPolicyDelete', policy };
  }
}
