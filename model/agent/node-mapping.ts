import type { Address } from '../address.ts';
import type { Operations, Steps } from './agent.ts';
import { failed } from './log.ts';
import type { AgentMemory } from './memory.ts';
import { nodeAddresses, type NodeRecord } from './node-record.ts';

/** Gives the node an ID and writes its addresses to the node map. Answers the ID, 0 if there is none. */
export function* mapNode(
  memory: AgentMemory,
  node: NodeRecord,
  previous: NodeRecord | undefined,
): Steps<number> {
  const addresses = nodeAddresses(node);
  if (previous !== undefined) yield* unmapVanished(memory, previous, addresses);
  const nodeId = yield* idForNode(memory, addresses);
  if (nodeId === 0) return 0;
  const rewrite = previous === undefined || previous.keyId !== node.keyId;
  for (const address of addresses) {
    const isNew = memory.nodeIds.idOf(address) !== nodeId;
    if (!isNew && !rewrite) continue;
    const { errno } = yield { kind: 'nodeMapUpdate', address, nodeId, keyId: node.keyId };
    if (errno === 'ok') memory.nodeIds.assign(address, nodeId);
    else yield failed('Failed to map node IP address to allocated ID', errno);
  }
  return nodeId;
}

function* unmapVanished(
  memory: AgentMemory,
  previous: NodeRecord,
  current: readonly Address[],
): Operations {
  for (const address of nodeAddresses(previous)) {
    if (!current.includes(address)) yield* unmapAddress(memory, address);
  }
}

/** Takes one address out of the node map, and gives its ID back with the last one. */
export function* unmapAddress(memory: AgentMemory, address: Address): Operations {
  if (memory.nodeIds.idOf(address) === 0) return;
  yield { kind: 'nodeMapDelete', address };
  memory.nodeIds.release(address);
}

/**
 * The ID that the node's addresses have, or a fresh one. Where they disagree, because an address
 * passed from a node that vanished unseen, all are unmapped and a fresh one is taken
 * (cilium: node_ids.go, `allocateIDForNode`).
 */
function* idForNode(memory: AgentMemory, addresses: readonly Address[]): Steps<number> {
  const agreed = memory.nodeIds.agreedId(addresses);
  if (agreed !== undefined && agreed !== 0) return agreed;
  if (agreed === undefined) {
    for (const address of addresses) yield* unmapAddress(memory, address);
  }
  const { random } = memory.environment;
  const fresh = memory.nodeIds.draw((limit) => random.nodeId(limit));
  if (fresh === 0) yield failed('No more IDs available for nodes', 'ENOSPC');
  return fresh;
}
