import type { InputError } from '../input-error.ts';
import type { ImportNote } from './import-note.ts';
import { mostNodes } from '../../sim/index.ts';
import type { Inventory } from './inventory.ts';
import { findAddressConflicts } from './node-conflicts.ts';
import { mostErrors } from './shape-errors.ts';

/** An inventory, and the file that errors about it cite. */
export interface InventoryFile {
  readonly file: string;
  readonly inventory: Inventory;
}

export interface MeshCheck {
  /** Why these clusters cannot be one mesh: at most ten reasons. */
  readonly errors: readonly InputError[];
  /** What makes a rotation of this mesh risky. */
  readonly notes: readonly ImportNote[];
}

/** Whether the clusters can be meshed, and whether a rotation may begin. */
export function checkMesh(files: readonly InventoryFile[]): MeshCheck {
  const repeated = [
    ...findRepeated(files, 'name', ({ cluster }) => cluster.name),
    ...findRepeated(files, 'ID', ({ cluster }) => String(cluster.id)),
  ];
  const errors = [
    ...repeated,
    // One cluster that was given twice shares everything with itself.
    ...(repeated.length > 0 ? [] : findSharedAddresses(files)),
    ...findTooManyNodes(files),
  ];
  return { errors: errors.slice(0, mostErrors), notes: findDifferences(files) };
}

function meshError(
  file: string,
  problem: Pick<InputError, 'code' | 'message' | 'hint' | 'path'>,
): InputError {
  return { ...problem, file, line: undefined, column: undefined, expected: '' };
}

function findRepeated(
  files: readonly InventoryFile[],
  what: 'name' | 'ID',
  valueOf: (inventory: Inventory) => string,
): readonly InputError[] {
  return files.flatMap(({ file, inventory }, index) => {
    const value = valueOf(inventory);
    const first = files.slice(0, index).find((other) => valueOf(other.inventory) === value);
    if (first === undefined) return [];
    const message = `the cluster ${what} ${value} is also that of ${first.file}`;
    const hint = `every cluster of a mesh has its own cluster-${what.toLowerCase()}: check the ConfigMap`;
    const path = `cluster.${what.toLowerCase()}`;
    return [meshError(file, { code: 'DUPLICATE_CLUSTER', message, path, hint })];
  });
}

function findSharedAddresses(files: readonly InventoryFile[]): readonly InputError[] {
  const owned = files.flatMap(({ file, inventory }, index) =>
    inventory.nodes.map((node) => ({
      file,
      index,
      node,
      name: `${inventory.cluster.name}/${node.name}`,
    })),
  );
  const conflicts = findAddressConflicts(
    owned.map(({ node }) => node),
    owned.map(({ name }) => name),
  );
  return conflicts.flatMap(({ code, message, first, second }) => {
    const [a, b] = [owned[first], owned[second]];
    if (a === undefined || b === undefined || a.index === b.index) return [];
    const hint = 'the clusters of a mesh need pod CIDRs and node addresses of their own';
    return [meshError(b.file, { code, message, path: 'nodes', hint })];
  });
}

function findTooManyNodes(files: readonly InventoryFile[]): readonly InputError[] {
  const total = files.reduce((sum, { inventory }) => sum + inventory.nodes.length, 0);
  const [first] = files;
  if (total <= mostNodes || first === undefined) return [];
  const message = `the mesh has ${total} nodes, and Cilium supports IPsec on at most ${mostNodes}`;
  return [meshError(first.file, { code: 'TOO_MANY_NODES', message, path: '', hint: '' })];
}

/**
 * Source of the two rules: Cilium, Documentation/security/network/encryption-ipsec.rst, Key
 * Rotation: one key for all clusters, and one release before a rotation.
 */
function findDifferences(files: readonly InventoryFile[]): readonly ImportNote[] {
  const [first, ...others] = files;
  if (first === undefined) return [];
  return others.flatMap(({ file, inventory }) => {
    const of = first.inventory;
    const notes: ImportNote[] = [];
    if (inventory.keyId !== of.keyId) {
      const message = `key ID ${inventory.keyId}, but ${of.keyId} in ${first.file}: all clusters need one key`;
      notes.push({ level: 'warning', message, file, path: 'keyId' });
    }
    if (inventory.release !== of.release) {
      const message = `${inventory.release}, but ${of.release} in ${first.file}: upgrade before rotating`;
      notes.push({ level: 'warning', message, file, path: 'release' });
    }
    return notes;
  });
}
