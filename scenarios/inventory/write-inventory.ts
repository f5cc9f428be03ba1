import { stringify } from 'yaml';
import type { Inventory } from './inventory.ts';

/**
 * The inventory as the text of a file: its fields always in the same order, so that two imports of
 * one cluster differ only where the cluster does.
 */
export function writeInventory(inventory: Inventory, format: 'yaml' | 'json' = 'yaml'): string {
  const ordered = inFieldOrder(inventory);
  if (format === 'json') return `${JSON.stringify(ordered, undefined, 2)}\n`;
  return stringify(ordered, { lineWidth: 0 });
}

/** Undefined fields are left out by both formats. */
function inFieldOrder(inventory: Inventory): Inventory {
  const { settings } = inventory;
  return {
    apiVersion: inventory.apiVersion,
    kind: inventory.kind,
    cluster: { name: inventory.cluster.name, id: inventory.cluster.id },
    release: inventory.release,
    kernel: inventory.kernel,
    routing: inventory.routing,
    registry: inventory.registry,
    settings: {
      'ipsec-key-rotation-duration': settings['ipsec-key-rotation-duration'],
      'enable-ipsec-key-watcher': settings['enable-ipsec-key-watcher'],
      'enable-ipv4': settings['enable-ipv4'],
      'enable-ipv6': settings['enable-ipv6'],
    },
    keyId: inventory.keyId,
    nodes: inventory.nodes.map((node) => ({
      name: node.name,
      internalIp: { ipv4: node.internalIp.ipv4, ipv6: node.internalIp.ipv6 },
      ciliumInternalIp: { ipv4: node.ciliumInternalIp.ipv4, ipv6: node.ciliumInternalIp.ipv6 },
      podCidr: { ipv4: node.podCidr.ipv4, ipv6: node.podCidr.ipv6 },
      bootId: node.bootId,
    })),
    notes: inventory.notes,
  };
}
