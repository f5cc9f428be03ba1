import { type Address, covers, type Prefix, prefix } from '../../model/address.ts';
import { familyNames, type InventoryNode } from './inventory.ts';

/** Two nodes that cannot both be in one cluster, or one mesh. */
export interface NodeConflict {
  readonly code: 'DUPLICATE_NAME' | 'DUPLICATE_ADDRESS' | 'OVERLAPPING_POD_CIDRS';
  /** One sentence that names both nodes. */
  readonly message: string;
  /** The indices of the two nodes, in the order of the list. */
  readonly first: number;
  readonly second: number;
}

/** The nodes of a list that share a name. */
export function findDuplicateNames(nodes: readonly InventoryNode[]): readonly NodeConflict[] {
  const firstOf = new Map<string, number>();
  const conflicts: NodeConflict[] = [];
  nodes.forEach(({ name }, second) => {
    const first = firstOf.get(name);
    if (first === undefined) firstOf.set(name, second);
    else
      conflicts.push({
        code: 'DUPLICATE_NAME',
        message: `two nodes are named ${name}`,
        first,
        second,
      });
  });
  return conflicts;
}

/**
 * The nodes that share an address, or whose pod CIDRs overlap. `names` says how to call each node
 * in the message.
 */
export function findAddressConflicts(
  nodes: readonly InventoryNode[],
  names: readonly string[] = nodes.map(({ name }) => name),
): readonly NodeConflict[] {
  return [...findSharedAddresses(nodes, names), ...findOverlaps(nodes, names)];
}

function findSharedAddresses(
  nodes: readonly InventoryNode[],
  names: readonly string[],
): readonly NodeConflict[] {
  const ownerOf = new Map<string, number>();
  const conflicts: NodeConflict[] = [];
  nodes.forEach((node, second) => {
    for (const text of addressesOf(node)) {
      const first = ownerOf.get(text) ?? second;
      ownerOf.set(text, first);
      if (first === second) continue;
      const message = `the address ${text} belongs to both ${names[first]} and ${names[second]}`;
      conflicts.push({ code: 'DUPLICATE_ADDRESS', message, first, second });
    }
  });
  return conflicts;
}

function addressesOf(node: InventoryNode): readonly string[] {
  const texts = familyNames.flatMap((family) => [
    node.internalIp[family],
    node.ciliumInternalIp[family],
  ]);
  return texts.filter((text) => text !== undefined);
}

interface OwnedPrefix {
  readonly prefix: Prefix;
  readonly text: string;
  readonly node: number;
}

/** Prefixes nest or are apart: once sorted, one overlaps only if the last outermost one covers it. */
function findOverlaps(
  nodes: readonly InventoryNode[],
  names: readonly string[],
): readonly NodeConflict[] {
  const conflicts: NodeConflict[] = [];
  let outer: OwnedPrefix | undefined;
  for (const inner of sortedPodCidrs(nodes)) {
    if (outer === undefined || !covers(outer.prefix, inner.prefix.address)) {
      outer = inner;
      continue;
    }
    const [a, b] = outer.node <= inner.node ? [outer, inner] : [inner, outer];
    const both = `${a.text} of ${names[a.node]} and ${b.text} of ${names[b.node]}`;
    const message = `the pod CIDRs ${both} overlap`;
    conflicts.push({ code: 'OVERLAPPING_POD_CIDRS', message, first: a.node, second: b.node });
  }
  return conflicts;
}

function sortedPodCidrs(nodes: readonly InventoryNode[]): readonly OwnedPrefix[] {
  const owned = nodes.flatMap((node, index) =>
    familyNames.flatMap((family) => {
      const text = node.podCidr[family];
      return text === undefined ? [] : [{ prefix: prefix(text), text, node: index }];
    }),
  );
  return owned.sort(
    (a, b) =>
      compareAddresses(a.prefix.address, b.prefix.address) ||
      a.prefix.length - b.prefix.length ||
      a.node - b.node,
  );
}

function compareAddresses(a: Address, b: Address): number {
  if (a.family !== b.family) return a.family - b.family;
  const index = a.words.findIndex((word, at) => word !== b.words[at]);
  return index === -1 ? 0 : (a.words[index] ?? 0) - (b.words[index] ?? 0);
}
