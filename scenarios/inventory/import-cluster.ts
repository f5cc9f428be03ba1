import { failure, type Result, success } from '../../model/result.ts';
import type { InputError } from '../input-error.ts';
import { type CiliumConfig, readCiliumConfig } from './cilium-config.ts';
import { type CiliumNodeAt, type CiliumNodes, readCiliumNodes } from './cilium-nodes.ts';
import { type ConfigFacts, findConfigFacts, type ImportOverrides } from './config-facts.ts';
import type { Findings } from './findings.ts';
import { formatImportNote, type ImportNote, nodesText } from './import-note.ts';
import { importNode, type ImportedNode } from './import-node.ts';
import { enabledFamilies, type Inventory } from './inventory.ts';
import { findAddressConflicts, findDuplicateNames } from './node-conflicts.ts';
import { oddityNotesOf } from './oddities.ts';
import { mostErrors } from './shape-errors.ts';
import { problemAt, readSource, type SourceDocument, type SourceText } from './source-document.ts';

/** What is exported of one cluster. */
export interface ClusterExport {
  /** `kubectl get ciliumnodes -o json`, or `-o yaml`. */
  readonly nodes: SourceText;
  /** `kubectl -n kube-system get configmap cilium-config -o json`, or `-o yaml`. */
  readonly config?: SourceText;
  readonly overrides?: ImportOverrides;
}

export interface ImportedCluster {
  readonly inventory: Inventory;
  readonly notes: readonly ImportNote[];
}

/**
 * The inventory of a cluster from its export, with what had to be assumed and what was not
 * understood. Fails with the first ten reasons why there can be none.
 */
export function importCluster(
  cluster: ClusterExport,
): Result<ImportedCluster, readonly InputError[]> {
  const nodesDocument = readSource(cluster.nodes);
  if (!nodesDocument.ok) return failure([nodesDocument.error]);
  const nodes = readCiliumNodes(nodesDocument.value);
  if (!nodes.ok) return nodes;
  const config = readConfig(cluster.config);
  if (!config.ok) return config;
  return buildInventory(nodesDocument.value, nodes.value, {
    config: config.value,
    overrides: cluster.overrides ?? {},
  });
}

function readConfig(
  source: SourceText | undefined,
): Result<CiliumConfig | undefined, readonly InputError[]> {
  if (source === undefined) return success(undefined);
  const document = readSource(source);
  return document.ok ? readCiliumConfig(document.value) : failure([document.error]);
}

interface ConfigSources {
  readonly config: CiliumConfig | undefined;
  readonly overrides: ImportOverrides;
}

function buildInventory(
  document: SourceDocument,
  { nodes, notes }: CiliumNodes,
  sources: ConfigSources,
): Result<ImportedCluster, readonly InputError[]> {
  const findings: Findings = { notes: [...notes], errors: [] };
  const nodesHaveIpv6 = nodes.some(hasIpv6);
  const facts = findConfigFacts({ ...sources, findings, nodesFile: document.file, nodesHaveIpv6 });
  const families = enabledFamilies(facts.settings);
  const context = { document, clusterId: facts.cluster.id, families };
  const imported = nodes.map((node, index) => importNode(node, index, context));
  findings.errors.push(...nodeErrors(document, nodes, imported));
  if (findings.errors.length > 0) return failure(findings.errors.slice(0, mostErrors));
  const keyId = findKeyId(imported, document.file, findings);
  noteNodes(imported, document.file, findings);
  return success(assemble(facts, keyId, imported, findings));
}

function assemble(
  facts: ConfigFacts,
  keyId: number,
  imported: readonly ImportedNode[],
  { notes }: Findings,
): ImportedCluster {
  const inventory: Inventory = {
    apiVersion: 'keyturn/v1',
    kind: 'Inventory',
    ...facts,
    keyId,
    nodes: imported.map(({ node }) => node),
    notes: notes.map(formatImportNote),
  };
  return { inventory, notes };
}

/** Only a CiliumInternalIP says that pods have IPv6: hosts may have it and Cilium not use it. */
function hasIpv6({ node }: CiliumNodeAt): boolean {
  return node.spec.addresses.some(
    ({ ip, type }) => type === 'CiliumInternalIP' && (ip ?? '').includes(':'),
  );
}

function nodeErrors(
  document: SourceDocument,
  nodes: readonly CiliumNodeAt[],
  imported: readonly ImportedNode[],
): readonly InputError[] {
  const own = imported.flatMap(({ errors }) => errors);
  if (imported.every(({ errors }) => errors.some(({ code }) => code === 'NO_IPV4'))) {
    return [ipv6Only(document)];
  }
  const list = imported.map(({ node }) => node);
  const names = findDuplicateNames(list);
  // Two copies of one node share everything: one error says enough.
  const conflicts = names.length > 0 ? names : findAddressConflicts(list);
  const between = conflicts.map(({ code, message, first, second }) => {
    const path = nodes[second]?.path ?? [];
    return problemAt(document, { code, message, path, hint: otherPlace(document, nodes[first]) });
  });
  return [...own, ...between];
}

function otherPlace(document: SourceDocument, other: CiliumNodeAt | undefined): string {
  const position = other === undefined ? undefined : document.positionOf(other.path);
  return position === undefined ? '' : `the other one is at line ${position.line}`;
}

function ipv6Only(document: SourceDocument): InputError {
  return problemAt(document, {
    code: 'IPV6_ONLY',
    message:
      'no node has an IPv4 InternalIP, and Cilium does not support IPsec on IPv6-only clusters',
    path: [],
    expected: 'an IPv4 or dual-stack cluster',
  });
}

/** The key ID that most nodes advertise; of two as frequent, the one met first. */
function findKeyId(imported: readonly ImportedNode[], file: string, { notes }: Findings): number {
  const path = 'spec.encryption.key';
  const namesOf = new Map<number, string[]>();
  for (const { node, keyId } of imported) {
    if (keyId === 0) continue;
    const names = namesOf.get(keyId) ?? [];
    names.push(node.name);
    namesOf.set(keyId, names);
  }
  const byCount = [...namesOf].sort(([, a], [, b]) => b.length - a.length);
  const [keyId] = byCount[0] ?? [];
  if (keyId === undefined) {
    const message = 'no node advertises a key ID: the rehearsal starts with key ID 1';
    notes.push({ level: 'assumed', message, file, path });
    return 1;
  }
  if (byCount.length > 1) {
    const counts = byCount.map(([id, names]) => `${id} on ${nodesText(names)}`).join('; ');
    const message = `a rotation is under way (key ID ${counts}): the rehearsal starts as if all had ${keyId}`;
    notes.push({ level: 'warning', message, file, path });
  }
  return keyId;
}

function noteNodes(imported: readonly ImportedNode[], file: string, { notes }: Findings): void {
  const named = imported.map(({ node, oddities }) => ({ name: node.name, oddities }));
  notes.push(...oddityNotesOf(named, file));
  const shared = namesWithSharedBootId(imported);
  if (shared.length === 0) return;
  const message = `one boot ID is that of ${nodesText(shared)}: containers of one host, or cloned machines`;
  notes.push({ level: 'warning', message, file, path: 'spec.bootid' });
}

/** The nodes that share the first boot ID which more than one node has. */
function namesWithSharedBootId(imported: readonly ImportedNode[]): readonly string[] {
  const namesOf = new Map<string, string[]>();
  for (const { node } of imported) {
    if (node.bootId === undefined) continue;
    const names = namesOf.get(node.bootId) ?? [];
    names.push(node.name);
    namesOf.set(node.bootId, names);
  }
  return [...namesOf.values()].find((names) => names.length > 1) ?? [];
}
