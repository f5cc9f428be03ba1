import { readFileSync } from 'node:fs';
import { defined } from '../../../model/assert.ts';
import { formatInputError } from '../../input-error.ts';
import {
  formatImportNote,
  type ImportedCluster,
  importCluster,
  type SourceText,
} from '../index.ts';

/** A file of fixtures/, under its own name. */
export function fixture(file: string): SourceText {
  return { file, text: readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8') };
}

/** A CiliumNode as an exported list holds it; `spec` changes it. */
export function ciliumNode(index: number, spec: Readonly<Record<string, unknown>> = {}) {
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNode',
    metadata: { name: `n${index}` },
    spec: {
      addresses: [
        { ip: `10.9.0.${index}`, type: 'InternalIP' },
        { ip: `10.8.${index}.7`, type: 'CiliumInternalIP' },
      ],
      bootid: `00000000-0000-4000-8000-00000000000${index}`,
      encryption: { key: 3 },
      ipam: { podCIDRs: [`10.8.${index}.0/24`] },
      ...spec,
    },
  };
}

/** An export of these nodes, one item a line. */
export function nodeList(items: readonly unknown[]): SourceText {
  const lines = items.map((item) => JSON.stringify(item)).join(',\n');
  return { file: 'nodes.json', text: `{"apiVersion":"v1","kind":"List","items":[\n${lines}\n]}` };
}

/** A ConfigMap that leaves nothing to be assumed but the release, changed by `data`. */
export function configMap(data: Readonly<Record<string, string>> = {}): SourceText {
  const flags = {
    'cluster-name': 'east',
    'cluster-id': '1',
    'enable-ipv4': 'true',
    'enable-ipv6': 'false',
    'enable-ipsec': 'true',
    'enable-ipsec-key-watcher': 'true',
    'ipsec-key-rotation-duration': '5m0s',
    'routing-mode': 'native',
    ...data,
  };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cilium-config' } };
  return { file: 'config.json', text: JSON.stringify({ ...object, data: flags }) };
}

/** What the import of one cluster says: its errors, or its notes, as the command prints them. */
export function said(nodes: SourceText, config: SourceText = configMap()): readonly string[] {
  const imported = importCluster({ nodes, config, overrides: { release: 'cilium-1.17' } });
  return imported.ok
    ? imported.value.notes.map(formatImportNote)
    : imported.error.map(formatInputError);
}

/** The import of a fixture, which must succeed. */
export function importedFixture(nodes: string, config?: string): ImportedCluster {
  const imported = importCluster({
    nodes: fixture(nodes),
    ...(config === undefined ? {} : { config: fixture(config) }),
  });
  return defined(imported.ok ? imported.value : undefined, `the import of ${nodes}`);
}
