import type { Address } from '../address.ts';
import type { Errno } from '../xfrm/index.ts';
import type { Operations, Steps } from './agent.ts';
import { error, failed } from './log.ts';
import type { AgentMemory } from './memory.ts';
import { nodeAddresses, type NodeRecord } from './node-record.ts';
import type { Operation } from './operation.ts';
import type { Peer } from './peer.ts';

/**
 * Gives the node an ID, writes its addresses to the node map, and takes those out that it no longer
 * has. Answers the ID, 0 if there is none. cilium: pkg/datapath/linux/node.go, `nodeUpdate`.
 */
export function* mapNode(
  memory: AgentMemory,
  node: NodeRecord,
  previous: NodeRecord | undefined,
): Steps<number> {
  const addresses = nodeAddresses(node);
  const nodeId = yield* idForNode(memory, addresses);
  if (nodeId !== 0) yield* mapAddresses(memory, { node, nodeId, previous });
  if (previous !== undefined) yield* unmapVanished(memory, previous, addresses);
  return nodeId;
}

/** The same for a peer whose addresses are known to have its ID: they are written, if anything. */
export function* rewriteNode(
  memory: AgentMemory,
  peer: Peer,
  previous: NodeRecord | undefined,
): Steps<number> {
  const { record, nodeId } = peer;
  if (previous?.keyId === record.keyId) return nodeId;
  for (const address of nodeAddresses(record)) {
    const write: Operation = { kind: 'nodeMapUpdate', address, nodeId, keyId: record.keyId };
    const { errno } = memory.environment.answerNow(write) ?? (yield write);
    if (errno !== 'ok') yield noteFlaw(memory, errno);
  }
  return nodeId;
}

function* mapAddresses(
  memory: AgentMemory,
  mapping: {
    readonly node: NodeRecord;
    readonly nodeId: number;
    readonly previous: NodeRecord | undefined;
  },
): Operations {
  const { node, nodeId, previous } = mapping;
  const rewrite = previous === undefined || previous.keyId !== node.keyId;
  for (const address of nodeAddresses(node)) {
    const isNew = memory.nodeIds.idOf(address) !== nodeId;
    if (!isNew && !rewrite) continue;
    const write: Operation = { kind: 'nodeMapUpdate', address, nodeId, keyId: node.keyId };
    const { errno } = memory.environment.answerNow(write) ?? (yield write);
    if (errno === 'ok') memory.nodeIds.assign(address, nodeId);
    else yield noteFlaw(memory, errno);
  }
}

function noteFlaw(memory: AgentMemory, errno: Errno): Operation {
  memory.flaws += 1;
  return failed('Failed to map node IP address to allocated ID', errno);
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
  memory.trust.clear(); // whoever else had this address is to be gone through again
  const { errno } = yield { kind: 'nodeMapDelete', address };
  if (errno === 'ok') memory.nodeIds.release(address);
  else yield failed('Failed to remove a node IP to node ID mapping', errno);
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
  if (fresh === 0) yield error('No more IDs available for nodes');
  return fresh;
}
