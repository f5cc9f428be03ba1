import type { Family } from '../model/address.ts';
import type { Result } from '../model/result.ts';
import { minute } from '../model/time.ts';
import {
  type AgentSettings,
  type ClusterPlan,
  firstNodeNumbers,
  mostNodes,
  type NodePlan,
  planNodes,
} from '../sim/index.ts';
import { exampleSecret } from './example-secret.ts';
import { type Inventory, planFromInventory, readInventory } from './inventory/index.ts';
import type { Problem } from './problem.ts';
import type { Problems } from './problems.ts';
import type { ClusterEntry } from './schema/cluster.ts';
import { changedFamilies, type SettingsEntry, settingsOf } from './schema/settings.ts';
import type { Path } from './yaml-source.ts';

/** Reads a file that a scenario names, as the scenario spells it; fails with the reason. */
export type ReadFile = (path: string) => Result<string, string>;

/** What the inventory of a cluster says; undefined where it has none that can be read. */
type Facts = Inventory | undefined;

/**
 * The plans of the clusters. Reports `NODES_OR_INVENTORY`, `UNREADABLE_FILE`, `RELEASE_UNKNOWN`,
 * `TOO_MANY_NODES`, `IPV6_ONLY`, `NO_ADDRESSES` or `UNKNOWN_NODE`, and the errors of an inventory;
 * the plans may then be of no use.
 */
export function planClusters(
  entries: readonly ClusterEntry[],
  problems: Problems,
  readFile: ReadFile,
): readonly ClusterPlan[] {
  const facts = entries.map((entry, index) =>
    readFacts(entry, ['clusters', index], problems, readFile),
  );
  const sizes = entries.map((entry, index) => facts[index]?.nodes.length ?? entry.nodes ?? 0);
  if (!fits(sizes, problems)) return [];
  const ids = entries.map((entry, index) => entry.id ?? facts[index]?.cluster.id ?? index + 1);
  const made = entries.map((entry, index) => ({
    id: ids[index] as number,
    count: entry.nodes ?? 0,
  }));
  const firstNumbers = firstNodeNumbers(made);
  return entries.map((entry, index) =>
    planCluster({
      entry,
      facts: facts[index],
      id: ids[index] as number,
      firstNumber: firstNumbers[index] as number,
      path: ['clusters', index],
      problems,
    }),
  );
}

function readFacts(entry: ClusterEntry, path: Path, problems: Problems, readFile: ReadFile): Facts {
  if ((entry.nodes === undefined) === (entry.inventory === undefined)) {
    problems.report(path, nodesOrInventory(entry));
    return undefined;
  }
  if (entry.inventory === undefined) return undefined;
  const text = readFile(entry.inventory);
  if (!text.ok) {
    problems.report([...path, 'inventory'], unreadable(entry.inventory, text.error));
    return undefined;
  }
  const inventory = readInventory(text.value, entry.inventory);
  if (inventory.ok) return inventory.value;
  problems.add(inventory.error);
  return undefined;
}

function fits(sizes: readonly number[], problems: Problems): boolean {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= mostNodes) return true;
  const tooLarge = sizes.findIndex((size) => size > mostNodes);
  const path = tooLarge < 0 ? ['clusters'] : ['clusters', tooLarge];
  problems.report(path, {
    code: 'TOO_MANY_NODES',
    message: `${tooLarge < 0 ? `the mesh has ${total}` : `the cluster has ${sizes[tooLarge]}`} nodes, more than IPsec in Cilium supports`,
    expected: 'at most 65535 nodes in all clusters together',
    hint: 'a node ID has 16 bits (Cilium: encryption-ipsec.rst, Limitations)',
  });
  return false;
}

interface ClusterParts {
  readonly entry: ClusterEntry;
  readonly facts: Facts;
  readonly id: number;
  readonly firstNumber: number;
  readonly path: Path;
  readonly problems: Problems;
}

function planCluster(parts: ClusterParts): ClusterPlan {
  const { entry, facts, id, path, problems } = parts;
  const known = facts && planFromInventory(facts);
  const settings = planSettings(entry.settings ?? {}, known?.settings, path, problems);
  const release = entry.release ?? known?.release;
  if (release === undefined && entry.inventory === undefined) problems.report(path, releaseUnknown);
  return {
    name: entry.name,
    id,
    release: release ?? 'cilium-1.16',
    agent: entry.agent,
    kernel: entry.kernel ?? known?.kernel ?? '6.1',
    routing: entry.routing ?? known?.routing ?? 'tunnel',
    registry: entry.registry ?? known?.registry ?? 'crd',
    settings,
    secret: entry.secret ?? exampleSecret(facts?.keyId),
    nodes: markAbsent(nodesOf(parts, known?.nodes, settings.families), parts),
    podsPerNode: entry.podsPerNode ?? 1,
    ...(entry.devices === undefined ? {} : { devices: entry.devices }),
  };
}

/** The agent's own defaults (Cilium: pkg/defaults; `enable-ipv6` is false there). */
const agentDefaults: AgentSettings = {
  rotationDuration: 5 * minute,
  keyWatcher: true,
  families: [4],
};

function planSettings(
  entry: SettingsEntry,
  known: AgentSettings | undefined,
  path: Path,
  problems: Problems,
): AgentSettings {
  const before = known ?? agentDefaults;
  const families = changedFamilies(entry, before.families);
  reportFamilies(families, [...path, 'settings'], problems);
  return { ...before, ...settingsOf(entry), families };
}

/** Reports families with which IPsec does not work. */
export function reportFamilies(families: readonly Family[], path: Path, problems: Problems): void {
  if (families.includes(4)) return;
  problems.report(path, families.length === 0 ? noFamily : ipv6Only);
}

function nodesOf(
  { entry, firstNumber, path, problems }: ClusterParts,
  known: readonly NodePlan[] | undefined,
  families: readonly Family[],
): readonly NodePlan[] {
  if (known === undefined) {
    return planNodes({ firstNumber, count: entry.nodes ?? 0, families, namePrefix: 'n' });
  }
  for (const family of families) {
    const without = known.find((node) => node.internalIp[family] === undefined);
    if (without !== undefined) problems.report(path, noAddresses(without.name, family));
  }
  return known;
}

function markAbsent(
  nodes: readonly NodePlan[],
  { entry, path, problems }: ClusterParts,
): readonly NodePlan[] {
  if (entry.absent === undefined) return nodes;
  const absent = new Set(entry.absent);
  const names = new Set(nodes.map((node) => node.name));
  for (const [index, name] of entry.absent.entries()) {
    // Without nodes the cluster is wrong in another way already.
    if (nodes.length === 0 || names.has(name)) continue;
    problems.report([...path, 'absent', index], {
      code: 'UNKNOWN_NODE',
      message: `the cluster "${entry.name}" has no node "${name}"`,
      expected: `one of: ${listNames([...names])}`,
      hint: 'absent nodes count among nodes',
    });
  }
  return nodes.map((node) => (absent.has(node.name) ? { ...node, present: false } : node));
}

/** At most ten names, for an error. */
export function listNames(names: readonly string[]): string {
  const more = names.length - 10;
  return more > 0 ? `${names.slice(0, 10).join(', ')} and ${more} more` : names.join(', ');
}

function nodesOrInventory(entry: ClusterEntry): Problem {
  const both = entry.nodes !== undefined;
  return {
    code: 'NODES_OR_INVENTORY',
    message: `the cluster "${entry.name}" has ${both ? 'both nodes and an inventory' : 'neither nodes nor an inventory'}`,
    expected: 'exactly one of: nodes, inventory',
    hint: both ? 'the inventory names the nodes' : '',
  };
}

function unreadable(file: string, reason: string): Problem {
  return {
    code: 'UNREADABLE_FILE',
    message: `the inventory "${file}" cannot be read: ${reason}`,
    expected: 'a file, its path counted from the scenario',
    hint: '',
  };
}

function noAddresses(node: string, family: Family): Problem {
  return {
    code: 'NO_ADDRESSES',
    message: `IPv${family} is enabled, but the node "${node}" of the inventory has no IPv${family} address`,
    expected: `IPv${family} addresses of every node`,
    hint: `leave out enable-ipv${family}, or export the inventory anew`,
  };
}

const releaseUnknown: Problem = {
  code: 'RELEASE_UNKNOWN',
  message: 'the release of the cluster is not known',
  expected: 'the key "release", unless an inventory says it',
  hint: '',
};

const ipv6Only: Problem = {
  code: 'IPV6_ONLY',
  message: 'the cluster has IPv6 only, with which IPsec in Cilium does not work',
  expected: 'enable-ipv4: true',
  hint: 'see the limitations in Cilium: encryption-ipsec.rst',
};

const noFamily: Problem = {
  code: 'NO_FAMILY',
  message: 'the cluster has neither IPv4 nor IPv6',
  expected: 'enable-ipv4: true',
  hint: '',
};
