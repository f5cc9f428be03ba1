import { unreachable } from '../model/assert.ts';
import type { Condition } from './scenario.ts';
import { selects } from './selector.ts';
import type { Simulation } from './simulation.ts';

/** Whether a condition that an operator waits for holds now. Nodes that are down do not count. */
export function holds({ world, propagation }: Simulation, condition: Condition): boolean {
  const nodes = world.nodes.filter((node) => selects(condition.nodes, node) && node.isRunning);
  switch (condition.kind) {
    case 'keyLoaded':
      return nodes.every((node) => node.loadedKeyId === condition.keyId);
    case 'keysInUse':
      return nodes.every((node) => world.countKeys(node) === condition.count);
    case 'settled':
      return nodes.every((node) => propagation.rotations[node.clusterIndex]?.isSettled === true);
    default:
      return unreachable(condition);
  }
}
