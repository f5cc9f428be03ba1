import { nodeIdOfMark } from '../datapath/index.ts';
import type { Operations } from './agent.ts';
import { failed } from './log.ts';
import type { AgentMemory } from './memory.ts';
import { unmapAddress } from './node-mapping.ts';
import { nodeAddresses, type NodeRecord } from './node-record.ts';

/**
 * Removes all that was installed for a node, under every SPI: states first, then policies, then the
 * node map. A sender in between sees `XfrmOutNoStates`, then `XfrmOutPolBlock`, then drop 197.
 *
 * cilium: pkg/datapath/linux/node.go, `nodeDelete`; pkg/datapath/linux/ipsec.go, `deleteIPsec`.
 */
export function* deleteNode(memory: AgentMemory, node: NodeRecord): Operations {
  const addresses = nodeAddresses(node);
  const nodeId = memory.nodeIds.agreedId(addresses) ?? 0;
  if (nodeId !== 0) {
    yield* deleteStates(nodeId);
    yield* deletePolicies(nodeId);
  }
  for (const address of addresses) yield* unmapAddress(memory, address);
}

function* deleteStates(nodeId: number): Operations {
  const { states = [] } = yield { kind: 'xfrmStateList' };
  for (const state of states) {
    if (nodeIdOfMark(state.markValue) !== nodeId) continue;
    const { errno } = yield { kind: 'xfrmStateDelete', state };
    if (errno !== 'ok') yield failed('Failed to delete XFRM state', errno);
  }
}

function* deletePolicies(nodeId: number): Operations {
  const { policies = [] } = yield { kind: 'xfrmPolicyList' };
  for (const policy of policies) {
    if (nodeIdOfMark(policy.markBits) !== nodeId) continue;
    const { errno } = yield { kind: 'xfrmPolicyDelete', policy };
    if (errno !== 'ok') yield failed('Failed to delete XFRM policy', errno);
  }
}
