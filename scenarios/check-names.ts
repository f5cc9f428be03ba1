import type { ClusterPlan, NodeSelector } from '../sim/index.ts';
import { expectationsOf } from './check-meaning.ts';
import { didYouMean } from './did-you-mean.ts';
import { listNames } from './plan-clusters.ts';
import type { Problem } from './problem.ts';
import type { Problems } from './problems.ts';
import type { ScenarioEntries } from './schema.ts';
import { parseSelector } from './selector-text.ts';
import type { Path } from './yaml-source.ts';

/**
 * Checks that clusters and nodes have names of their own, and that whatever is named exists.
 * Reports `RESERVED_NAME`, `DUPLICATE_NAME`, `DUPLICATE_ID`, `DUPLICATE_ADDRESS`,
 * `UNKNOWN_CLUSTER` or `UNKNOWN_NODE`.
 */
export function checkNames(
  file: ScenarioEntries,
  clusters: readonly ClusterPlan[],
  problems: Problems,
): void {
  checkClusters(file, clusters, problems);
  // Clusters with one name or ID share the addresses that are made up.
  // What is made up is unique by the way in which it is made.
  const isGiven = file.clusters.some(({ inventory }) => inventory !== undefined);
  if (isGiven && problems.errors.length === 0) checkAddresses(clusters, problems);
  const names = new Names(clusters);
  forEachSelector(file, [], (selector, path) => {
    const problem = names.problemWith(selector);
    if (problem !== undefined) problems.report(path, problem);
  });
  for (const { path, counters, uncounted } of expectationsOf(file)) {
    checkKeys(counters, [...path, 'counters'], names, problems);
    checkKeys(uncounted, [...path, 'uncounted'], names, problems);
  }
  checkReplacements(file, names, problems);
}

/** The keys of a mapping from selectors. */
function checkKeys(
  mapping: Readonly<Record<string, unknown>> | undefined,
  path: Path,
  names: Names,
  problems: Problems,
): void {
  for (const name of Object.keys(mapping ?? {})) {
    const selector = parseSelector(name);
    const problem = selector.ok ? names.problemWith(selector.value) : selector.error;
    if (problem !== undefined) problems.report([...path, name], problem, 'key');
  }
}

/** The names of a scenario; those of the nodes of a cluster are put together once asked for. */
class Names {
  readonly #clusters: ReadonlyMap<string, ClusterPlan>;
  readonly #nodes = new Map<string, ReadonlySet<string>>();

  constructor(clusters: readonly ClusterPlan[]) {
    this.#clusters = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  }

  /** Why the selector selects nothing; undefined if it does not. */
  problemWith(selector: NodeSelector): Problem | undefined {
    if (selector.kind === 'all') return undefined;
    const cluster = this.#clusters.get(selector.cluster);
    if (cluster === undefined) return unknownCluster(selector.cluster, [...this.#clusters.keys()]);
    if (selector.kind === 'cluster') return undefined;
    const nodes = this.#nodesOf(cluster);
    if (nodes.has(selector.node)) return undefined;
    return unknownNode(selector.cluster, selector.node, [...nodes]);
  }

  #nodesOf({ name, nodes }: ClusterPlan): ReadonlySet<string> {
    const known = this.#nodes.get(name) ?? new Set(nodes.map((node) => node.name));
    this.#nodes.set(name, known);
    return known;
  }
}

function checkClusters(
  file: ScenarioEntries,
  clusters: readonly ClusterPlan[],
  problems: Problems,
): void {
  const names = new Set<string>();
  const ids = new Map<number, string>();
  for (const [index, { name, id }] of clusters.entries()) {
    const path: Path = ['clusters', index];
    const other = ids.get(id);
    if (name === 'all') problems.report([...path, 'name'], reservedName);
    if (names.has(name)) problems.report([...path, 'name'], duplicateName(name));
    else if (other !== undefined) {
      const at = file.clusters[index]?.id === undefined ? path : [...path, 'id'];
      problems.report(at, duplicateId(id, [other, name]));
    }
    names.add(name);
    ids.set(id, name);
  }
}

/** Inventories may claim one address twice, or one that was made up for another cluster. */
function checkAddresses(clusters: readonly ClusterPlan[], problems: Problems): void {
  const owners = new Map<string, string>();
  for (const [index, cluster] of clusters.entries()) {
    for (const node of cluster.nodes) {
      const name = `${cluster.name}/${node.name}`;
      const addresses = [node.internalIp, node.ciliumInternalIp].flatMap((ip) => [ip[4], ip[6]]);
      const prefixes = [node.podCidr[4], node.podCidr[6]];
      const claims = [
        ...new Set(addresses.flatMap((address) => (address === undefined ? [] : [address.text]))),
        ...prefixes.flatMap((prefix) =>
          prefix ? [`${prefix.address.text}/${prefix.length}`] : [],
        ),
      ];
      const taken = claims.find((claim) => owners.has(claim));
      if (taken !== undefined) {
        const problem = duplicateAddress(taken, [owners.get(taken) ?? '', name]);
        problems.report(['clusters', index], problem);
        return; // One is enough: a file that was given twice would report them all.
      }
      for (const claim of claims) owners.set(claim, name);
    }
  }
}

type ReplaceEntry = ScenarioEntries['procedure'][number]['replace'];

/** `by` of a replacement names a node of the same cluster as `node`. */
function checkReplacements(file: ScenarioEntries, names: Names, problems: Problems): void {
  const lists: readonly (readonly [Path, readonly { readonly replace?: ReplaceEntry }[]])[] = [
    [['procedure'], file.procedure],
    [['faults'], file.faults],
    [['remedy', 'procedure'], file.remedy?.procedure ?? []],
  ];
  for (const [listPath, list] of lists) {
    for (const [index, { replace }] of list.entries()) {
      if (replace?.node.kind !== 'node') continue;
      const { cluster } = replace.node;
      const by: NodeSelector = { kind: 'node', cluster, node: replace.by };
      const problem = names.problemWith(by);
      if (problem?.code !== 'UNKNOWN_NODE') continue;
      const hint = problem.hint.replace(`${cluster}/`, '');
      problems.report([...listPath, index, 'replace', 'by'], { ...problem, hint });
    }
  }
}

/**
 * Visits every selector of the file, wherever it stands, so that none can be forgotten. The schema
 * keeps a reference to a cluster as a selector too.
 */
function forEachSelector(
  value: unknown,
  path: Path,
  visit: (selector: NodeSelector, path: Path) => void,
): void {
  if (typeof value !== 'object' || value === null) return;
  if (isSelector(value)) {
    visit(value, path);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) forEachSelector(item, [...path, index], visit);
  } else {
    for (const [key, item] of Object.entries(value)) forEachSelector(item, [...path, key], visit);
  }
}

function isSelector(value: object): value is NodeSelector {
  return 'kind' in value && ['all', 'cluster', 'node'].includes(value.kind as string);
}

function unknownCluster(name: string, known: readonly string[]): Problem {
  return {
    code: 'UNKNOWN_CLUSTER',
    message: `there is no cluster "${name}"`,
    expected: `one of: ${listNames(known)}`,
    hint: didYouMean(name, known),
  };
}

function unknownNode(cluster: string, name: string, known: readonly string[]): Problem {
  const hint = didYouMean(name, known.slice(0, 1000));
  return {
    code: 'UNKNOWN_NODE',
    message: `the cluster "${cluster}" has no node "${name}"`,
    expected: `one of: ${listNames(known)}`,
    hint: hint.replace('"', `"${cluster}/`),
  };
}

const reservedName: Problem = {
  code: 'RESERVED_NAME',
  message: 'no cluster can be called "all"',
  expected: 'another name',
  hint: 'all stands for the nodes of all clusters',
};

function duplicateName(name: string): Problem {
  return {
    code: 'DUPLICATE_NAME',
    message: `two clusters are called "${name}"`,
    expected: 'a name of its own for each cluster',
    hint: '',
  };
}

function duplicateId(id: number, names: readonly string[]): Problem {
  return {
    code: 'DUPLICATE_ID',
    message: `the clusters ${names.map((name) => `"${name}"`).join(' and ')} both have the ID ${id}`,
    expected: 'an ID of its own for each cluster, from 1 to 255',
    hint: 'give each cluster its "id"',
  };
}

function duplicateAddress(address: string, names: readonly string[]): Problem {
  return {
    code: 'DUPLICATE_ADDRESS',
    message: `the nodes ${names.join(' and ')} both have ${address}`,
    expected: 'addresses that are unique in the mesh',
    hint: 'a mesh cannot have overlapping addresses; is one inventory used twice?',
  };
}
