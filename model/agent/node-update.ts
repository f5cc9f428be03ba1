import { nothing, type Operations } from './agent.ts';
import { bringAbout } from './bring-about.ts';
import type { AgentMemory } from './memory.ts';
import { mapNode, rewriteNode } from './node-mapping.ts';
import type { NodeRecord } from './node-record.ts';
import { leadsToTheSame, type Peer } from './peer.ts';
import { dropWanted, wantedObjects } from './wanted-objects.ts';

/** Takes a remote node's record in, be it new or changed. */
export function* upsertNode(memory: AgentMemory, node: NodeRecord): Operations {
  const known = memory.peers.get(node.name);
  if (known === undefined) {
    yield* updateNode(memory, memory.addPeer(node), undefined);
    return;
  }
  const previous = known.record;
  known.record = node;
  if (previous.bootId !== node.bootId) known.rebooted = true;
  if (!leadsToTheSame(previous, node)) memory.trust.forget(known);
  yield* updateNode(memory, known, previous);
}

/** Goes through a remote node again, of which nothing new is known. */
export function validateNode(memory: AgentMemory, peer: Peer): Operations {
  return isInLine(memory, peer) ? nothing : updateNode(memory, peer, undefined);
}

/** The local node's turn among all nodes: it has no states, but its own drop policies. */
export function* validateLocalNode(memory: AgentMemory): Operations {
  if (memory.loaded === undefined) return;
  const { families } = memory.environment.settings;
  yield* bringAbout(memory, families.map(dropWanted), false);
}

/** Whether going through a remote node again would change nothing. */
function isInLine({ trust, loaded }: AgentMemory, peer: Peer): boolean {
  trust.refresh();
  return peer.isMapped && loaded !== undefined && trust.isSettled(peer, loaded);
}

/**
 * Brings this node's maps and XFRM in line with a remote node's record, for the newest key only.
 * `previous` is the record known before, undefined where a node is added or validated.
 *
 * cilium: pkg/datapath/linux/node.go, `nodeUpdate`, and pkg/datapath/linux/ipsec.go, `enableIPsec`.
 */
function* updateNode(
  memory: AgentMemory,
  peer: Peer,
  previous: NodeRecord | undefined,
): Operations {
  const { trust } = memory;
  trust.refresh();
  const node = peer.record;
  const flaws = memory.flaws;
  // Only another key ID, or a validation, writes what is mapped already: what failed before stays as
  // it is until then (cilium: node_ids.go, `allocateIDForNode`, `SPIChanged`).
  const willBeMapped = peer.isMapped || previous?.keyId !== node.keyId;
  peer.isMapped = false;
  const nodeId = trust.includes(peer)
    ? yield* rewriteNode(memory, peer, previous)
    : yield* mapNode(memory, node, previous);
  const loaded = memory.loaded;
  if (loaded === undefined || nodeId === 0) return;
  if (!peer.rebooted && trust.isSettled(peer, loaded)) {
    peer.isMapped = willBeMapped && memory.flaws === flaws;
    return;
  }
  let complete = true;
  for (const family of memory.environment.settings.families) {
    const wanted = wantedObjects({ memory, node, nodeId, loaded, family });
    const done = yield* bringAbout(memory, wanted, peer.rebooted);
    complete &&= done;
  }
  if (!complete) return;
  peer.rebooted = false;
  if (memory.flaws !== flaws) return;
  trust.settle(peer, loaded, nodeId);
  peer.isMapped = willBeMapped;
}
