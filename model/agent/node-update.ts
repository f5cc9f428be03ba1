import type { Operations } from './agent.ts';
import { bringAbout } from './bring-about.ts';
import type { AgentMemory } from './memory.ts';
import { mapNode } from './node-mapping.ts';
import type { NodeRecord } from './node-record.ts';
import { wantedObjects } from './wanted-objects.ts';

/**
 * Brings this node's maps and XFRM in line with a remote node's record, for the newest key only.
 * `previous` is the record known before, undefined where a node is added or validated.
 *
 * cilium: pkg/datapath/linux/node.go, `nodeUpdate`, and pkg/datapath/linux/ipsec.go, `enableIPsec`.
 */
export function* updateNode(
  memory: AgentMemory,
  node: NodeRecord,
  previous: NodeRecord | undefined,
): Operations {
  memory.settled.refresh();
  // The background sync asks for nothing else most of the time: no more than this look.
  if (previous === undefined && memory.settled.hasRecord(node, memory.loaded)) return;
  if (previous !== undefined && previous.bootId !== node.bootId) memory.rebooted.add(node.name);
  const flaws = memory.flaws;
  const nodeId = yield* mapNode(memory, node, previous);
  const loaded = memory.loaded;
  if (loaded === undefined || nodeId === 0) return;
  const rebooted = memory.rebooted.has(node.name);
  if (!rebooted && memory.settled.has(node, loaded, nodeId)) {
    if (memory.flaws === flaws) memory.settled.add(node, loaded, nodeId);
    return;
  }
  let complete = true;
  for (const family of memory.environment.settings.families) {
    const wanted = wantedObjects({ memory, node, nodeId, loaded, family });
    const done = yield* bringAbout(memory, wanted, rebooted);
    complete &&= done;
  }
  if (!complete) return;
  memory.rebooted.delete(node.name);
  if (memory.flaws === flaws) memory.settled.add(node, loaded, nodeId);
}
