import { ciliumReleases, type CiliumRelease } from '../../model/release.ts';
import { formatDuration } from '../duration.ts';
import { clusterNamePattern } from '../selector-text.ts';
import type { RegistryKind, Routing } from '../../sim/index.ts';
import type { CiliumConfig } from './cilium-config.ts';
import type { Findings } from './findings.ts';
import { parseGoDuration } from './go-duration.ts';
import type { ImportNote } from './import-note.ts';
import type { Inventory } from './inventory.ts';
import { pathText, problemAt, shown } from './source-document.ts';

/** What the user says of a cluster; it goes before what the export says. */
export interface ImportOverrides {
  readonly release?: CiliumRelease;
  readonly kernel?: Exclude<Inventory['kernel'], undefined>;
  readonly clusterName?: string;
  readonly clusterId?: number;
}

/** All that is not in the CiliumNodes. */
export type ConfigFacts = Pick<
  Inventory,
  'cluster' | 'release' | 'kernel' | 'routing' | 'registry' | 'settings'
>;

/** Where facts are looked for, and where it is said what became of them. */
interface Search {
  readonly config: CiliumConfig | undefined;
  readonly overrides: ImportOverrides;
  readonly findings: Findings;
  /** The file that notes cite where there is no ConfigMap. */
  readonly nodesFile: string;
  /** Whether the nodes have IPv6 addresses: what `enable-ipv6` must have been. */
  readonly nodesHaveIpv6: boolean;
}

/** The facts of a cluster from its ConfigMap; for those that it lacks, the agent's defaults. */
export function findConfigFacts(search: Search): ConfigFacts {
  const facts = {
    cluster: { name: findClusterName(search), id: findClusterId(search) },
    release: findRelease(search),
    kernel: search.overrides.kernel,
    routing: findRouting(search),
    registry: findRegistry(search),
    settings: {
      'ipsec-key-rotation-duration': findRotationDuration(search),
      'enable-ipsec-key-watcher': findFlag(search, 'enable-ipsec-key-watcher', true),
      'enable-ipv4': findIpv4(search),
      'enable-ipv6': findFlag(search, 'enable-ipv6', search.nodesHaveIpv6),
    },
  };
  noteUnmodelled(search);
  return facts;
}

function note({ config, findings, nodesFile }: Search, told: Omit<ImportNote, 'file'>): void {
  findings.notes.push({ ...told, file: config?.document.file ?? nodesFile });
}

function dataPath(key: string): string {
  return pathText(['data', key]);
}

function value({ config }: Search, key: string): string | undefined {
  const text = config?.data.get(key);
  return text === '' ? undefined : text;
}

function assume<Value>(search: Search, key: string, assumed: Value, why: string): Value {
  const message = `${key} is not given: ${String(assumed)} is assumed, ${why}`;
  note(search, { level: 'assumed', message, path: search.config === undefined ? '' : 'data' });
  return assumed;
}

/** Refuses what the ConfigMap says, or, where `override` is given, what the user says instead. */
function refuse(
  { config, findings, nodesFile }: Search,
  key: string,
  problem: { readonly code: string; readonly expected: string; readonly override?: unknown },
): void {
  const { code, expected, override } = problem;
  const found = override ?? config?.data.get(key);
  const message = `${key} is ${shown(found)}`;
  if (config !== undefined && override === undefined) {
    const path = ['data', key];
    findings.errors.push(problemAt(config.document, { code, message, path, expected }));
    return;
  }
  const place = { file: nodesFile, line: undefined, column: undefined, path: '' };
  findings.errors.push({ code, message, ...place, expected, hint: 'check the option' });
}

function findClusterName(search: Search): string {
  const override = search.overrides.clusterName;
  const given = override ?? value(search, 'cluster-name');
  if (given === undefined) {
    return assume(search, 'cluster-name', 'default', "the agent's default");
  }
  if (!new RegExp(clusterNamePattern).test(given)) {
    const expected = 'at most 32 lower-case letters, digits and hyphens';
    refuse(search, 'cluster-name', { code: 'BAD_CLUSTER_NAME', expected, override });
  }
  return given;
}

function findClusterId(search: Search): number {
  const override = search.overrides.clusterId;
  const given = override === undefined ? value(search, 'cluster-id') : String(override);
  if (given === undefined) return assume(search, 'cluster-id', 1, 'as of a cluster in no mesh');
  const id = /^\d{1,3}$/.test(given) ? Number(given) : NaN;
  if (id === 0) {
    const message = 'cluster-id is 0, as of a cluster in no mesh: 1 is taken';
    note(search, { level: 'assumed', message, path: dataPath('cluster-id') });
    return 1;
  }
  if (!(id <= 255)) {
    const expected = 'a ClusterMesh ID, 0 to 255';
    refuse(search, 'cluster-id', { code: 'BAD_CLUSTER_ID', expected, override });
  }
  return id;
}

/** Of the releases whose agents announce a key before they can receive with it, the newest. */
const assumedRelease: CiliumRelease = 'cilium-1.18';

/** Nothing of Cilium's own says its release here; Helm's common labels may. */
function findRelease(search: Search): CiliumRelease {
  const { overrides, config } = search;
  if (overrides.release !== undefined) return overrides.release;
  const labels = ['app.kubernetes.io/version', 'helm.sh/chart'];
  const label = labels.find((name) => /\d+\.\d+/.test(config?.labels.get(name) ?? ''));
  const version = label === undefined ? undefined : config?.labels.get(label);
  if (label === undefined || version === undefined) {
    return assume(
      search,
      'the Cilium release',
      assumedRelease,
      'for want of better: give the real one',
    );
  }
  return releaseOf(search, label, version);
}

function releaseOf(search: Search, label: string, version: string): CiliumRelease {
  const [, major = '', minor = ''] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const exact = ciliumReleases.find((release) => release === `cilium-${major}.${minor}`);
  if (exact !== undefined) return exact;
  const isOlder = Number(major) < 1 || (Number(major) === 1 && Number(minor) < 16);
  const nearest = isOlder ? 'cilium-1.16' : 'cilium-1.19';
  const message = `the model does not know Cilium ${major}.${minor}: ${nearest} is taken instead`;
  note(search, { level: 'warning', message, path: pathText(['metadata', 'labels', label]) });
  return nearest;
}

/** `routing-mode`, and before Cilium 1.14 `tunnel`, which named the protocol or `disabled`. */
function findRouting(search: Search): Routing {
  const mode = value(search, 'routing-mode');
  if (mode === 'native' || mode === 'tunnel') return mode;
  if (mode !== undefined) {
    refuse(search, 'routing-mode', { code: 'BAD_ROUTING_MODE', expected: 'native or tunnel' });
    return 'tunnel';
  }
  const tunnel = value(search, 'tunnel');
  if (tunnel !== undefined) return tunnel === 'disabled' ? 'native' : 'tunnel';
  return assume(search, 'routing-mode', 'tunnel', "the agent's default");
}

/** With `kvstore`, agents publish their nodes there; otherwise in CiliumNode objects. */
function findRegistry(search: Search): RegistryKind {
  if (search.config === undefined) {
    return assume(search, 'kvstore', 'crd', 'nodes are published as CiliumNode objects');
  }
  if (value(search, 'kvstore') !== undefined) return 'kvstore';
  if (value(search, 'identity-allocation-mode') !== 'kvstore') return 'crd';
  const message = 'identity-allocation-mode is kvstore, but kvstore is not given: etcd is taken';
  note(search, { level: 'assumed', message, path: dataPath('identity-allocation-mode') });
  return 'kvstore';
}

const defaultRotationDuration = '5m';

function findRotationDuration(search: Search): string {
  const key = 'ipsec-key-rotation-duration';
  const given = value(search, key);
  if (given === undefined)
    return assume(search, key, defaultRotationDuration, "the agent's default");
  const duration = parseGoDuration(given);
  if (duration !== undefined) return formatDuration(duration);
  refuse(search, key, {
    code: 'BAD_DURATION',
    expected: "a duration in Go's notation, such as 5m0s",
  });
  return defaultRotationDuration;
}

const trueWords: readonly string[] = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const falseWords: readonly string[] = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

/** A flag as Go's strconv.ParseBool reads it. */
function findFlag(search: Search, key: string, assumed: boolean): boolean {
  const given = value(search, key);
  if (given === undefined) {
    const why = key === 'enable-ipv6' ? "as the nodes' addresses show" : "the agent's default";
    return assume(search, key, assumed, why);
  }
  if (trueWords.includes(given)) return true;
  if (!falseWords.includes(given)) {
    refuse(search, key, { code: 'BAD_BOOLEAN', expected: 'true or false' });
  }
  return false;
}

/**
 * IPsec is not supported on IPv6-only clusters (Cilium:
 * Documentation/security/network/encryption-ipsec.rst, Limitations).
 */
function findIpv4(search: Search): boolean {
  const { config, findings } = search;
  const enabled = findFlag(search, 'enable-ipv4', true);
  if (enabled || config === undefined || findings.errors.length > 0) return true;
  findings.errors.push(
    problemAt(config.document, {
      code: 'IPV6_ONLY',
      message: 'the cluster is IPv6-only, and Cilium does not support IPsec there',
      path: ['data', 'enable-ipv4'],
      expected: 'enable-ipv4 to be "true"',
    }),
  );
  return true;
}

/**
 * Flags that the model does not have, with the values for which that does not matter. What Cilium
 * does not support with IPsec: cilium v1.16.2: Documentation/security/network/encryption-ipsec.rst,
 * Limitations; that an agent exits is daemon/cmd/daemon_main.go, `initEnv`.
 */
const unmodelled: readonly (readonly [
  key: string,
  harmless: readonly string[],
  message: string,
])[] = [
  ['ipam', ['kubernetes', 'cluster-pool'], 'the model gives each node one pod CIDR a family'],
  ['cni-chaining-mode', ['none'], 'Cilium does not support IPsec when chained on another CNI'],
  [
    'enable-host-firewall',
    falseWords,
    'an agent with IPsec refuses to start with the host firewall',
  ],
  [
    'kube-proxy-replacement',
    [...falseWords, 'disabled', 'partial'],
    'Cilium does not support IPsec with kube-proxy replacement, and the model has no services',
  ],
  ['enable-wireguard', falseWords, 'the model knows IPsec alone'],
  ['encrypt-node', falseWords, 'the model encrypts between pods, not between nodes'],
  ['enable-encryption-strict-mode', falseWords, 'the model has no strict mode'],
];

/** Flags about encryption that are read, or that do not change a rotation. */
const understood: readonly string[] = [
  'enable-ipsec',
  'enable-ipsec-key-watcher',
  'ipsec-key-rotation-duration',
  'ipsec-key-file',
  ...unmodelled.map(([key]) => key),
];

function noteUnmodelled(search: Search): void {
  const { config } = search;
  if (config === undefined) return;
  if (config.name !== undefined && config.name !== 'cilium-config') {
    const message = `the ConfigMap is named ${shown(config.name)}, not "cilium-config"`;
    note(search, { level: 'warning', message, path: 'metadata.name' });
  }
  const encryption = value(search, 'enable-ipsec');
  if (encryption === undefined || !trueWords.includes(encryption)) {
    const message = 'enable-ipsec is not true: the rehearsal takes IPsec as enabled';
    note(search, { level: 'warning', message, path: 'data' });
  }
  for (const [key, harmless, message] of unmodelled) {
    const given = value(search, key);
    if (given === undefined || harmless.includes(given)) continue;
    const full = `${key} is ${shown(given)}: ${message}`;
    note(search, { level: 'notUnderstood', message: full, path: dataPath(key) });
  }
  noteUnknownFlags(search, config);
}

/** Of the 150 flags or so in the ConfigMap, only those about encryption could matter. */
function noteUnknownFlags(search: Search, config: CiliumConfig): void {
  for (const key of [...config.data.keys()].sort()) {
    const matters = /ipsec|encrypt|wireguard/.test(key) && !understood.includes(key);
    if (!matters || falseWords.includes(config.data.get(key) ?? '')) continue;
    const message = `the model has no ${key}`;
    note(search, { level: 'notUnderstood', message, path: dataPath(key) });
  }
}
