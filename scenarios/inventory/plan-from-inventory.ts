import { address, prefix } from '../../model/address.ts';
import { defined } from '../../model/assert.ts';
import type { AgentSettings, ClusterPlan, NodePlan, PerFamily } from '../../sim/index.ts';
import { parseGoDuration } from './go-duration.ts';
import {
  enabledFamilies,
  type FamilyTexts,
  type Inventory,
  type InventoryNode,
  type InventorySettings,
} from './inventory.ts';

/** What an inventory says of a cluster plan. The kernel is there only if the inventory names it. */
export type InventoryPlan = Pick<
  ClusterPlan,
  'name' | 'id' | 'release' | 'routing' | 'registry' | 'settings' | 'nodes'
> &
  Partial<Pick<ClusterPlan, 'kernel'>>;

/** The part of a cluster's plan that its inventory decides. All nodes are there from the start. */
export function planFromInventory(inventory: Inventory): InventoryPlan {
  const { kernel } = inventory;
  return {
    name: inventory.cluster.name,
    id: inventory.cluster.id,
    release: inventory.release,
    ...(kernel === undefined ? {} : { kernel }),
    routing: inventory.routing,
    registry: inventory.registry,
    settings: planSettings(inventory.settings),
    nodes: inventory.nodes.map(planNode),
  };
}

function planSettings(settings: InventorySettings): AgentSettings {
  const duration = parseGoDuration(settings['ipsec-key-rotation-duration']);
  return {
    rotationDuration: defined(duration, 'the rotation duration of a read inventory'),
    keyWatcher: settings['enable-ipsec-key-watcher'],
    families: enabledFamilies(settings).map((family) => (family === 'ipv4' ? 4 : 6)),
  };
}

function planNode(node: InventoryNode): NodePlan {
  return {
    name: node.name,
    internalIp: perFamily(node.internalIp, address),
    ciliumInternalIp: perFamily(node.ciliumInternalIp, address),
    podCidr: perFamily(node.podCidr, prefix),
    bootId: node.bootId,
    present: true,
  };
}

function perFamily<Value>(texts: FamilyTexts, parse: (text: string) => Value): PerFamily<Value> {
  return {
    ...(texts.ipv4 === undefined ? {} : { 4: parse(texts.ipv4) }),
    ...(texts.ipv6 === undefined ? {} : { 6: parse(texts.ipv6) }),
  };
}
