import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  checkMesh,
  formatImportNote,
  importCluster,
  type ImportOverrides,
  type ImportNote,
  type Inventory,
  type MeasuredDelay,
  starterScenario,
  writeDelays,
  writeInventory,
} from '../../scenarios/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput, badInput } from '../failure.ts';
import { commandLine } from '../quote.ts';
import { readNamed } from '../read-file.ts';
import { ensureFolder, writeTogether } from '../write-files.ts';
import { measure, noteLines } from './import-delays.ts';

export interface ImportOptions {
  readonly ciliumnodes: readonly string[];
  readonly config: readonly string[];
  readonly clusterName: readonly string[];
  readonly clusterId: readonly string[];
  readonly release?: NonNullable<ImportOverrides['release']>;
  readonly kernel?: NonNullable<ImportOverrides['kernel']>;
  /** Files of measured delays; none: the starter scenario's are assumptions. */
  readonly delays?: readonly string[];
  readonly written?: readonly string[];
  readonly metric?: readonly string[];
  readonly longest?: string;
  readonly out?: string;
  readonly force?: true;
}

interface Imported {
  readonly file: string;
  readonly inventory: Inventory;
}

/** `keyturn import`: an inventory of each cluster, and a scenario to start with. */
export function importClusters(options: ImportOptions): ExitCode {
  assertPaired(options);
  const notes: ImportNote[] = [];
  const clusters = options.ciliumnodes.map((file, index) => {
    const imported = importOne(file, index, options);
    notes.push(...imported.notes);
    return { file, inventory: imported.inventory };
  });
  const mesh = checkMesh(clusters);
  if (mesh.errors.length > 0) throw badInput(mesh.errors);
  notes.push(...mesh.notes);
  const measured =
    options.delays === undefined ? undefined : measure({ ...options, delays: options.delays });
  const folder = options.out ?? '.';
  const files = filesFor(clusters, folder, measured?.delays ?? []);
  assertFree(files, options);
  ensureFolder(folder);
  writeTogether(files);
  report({ clusters, notes, files, measured: measured === undefined ? '' : noteLines(measured) });
  return exitCode.holds;
}

function importOne(
  file: string,
  index: number,
  options: ImportOptions,
): { readonly inventory: Inventory; readonly notes: readonly ImportNote[] } {
  const configFile = options.config[index];
  const imported = importCluster({
    nodes: { file, text: readNamed(file) },
    ...(configFile === undefined
      ? {}
      : { config: { file: configFile, text: readNamed(configFile) } }),
    overrides: overridesFor(index, options),
  });
  if (!imported.ok) throw badInput(imported.error);
  return imported.value;
}

function overridesFor(index: number, options: ImportOptions): ImportOverrides {
  const clusterName = options.clusterName[index];
  const clusterId = options.clusterId[index];
  return {
    ...(options.release === undefined ? {} : { release: options.release }),
    ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
    ...(clusterName === undefined ? {} : { clusterName }),
    ...(clusterId === undefined ? {} : { clusterId: clusterIdOf(clusterId) }),
  };
}

function clusterIdOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new BadInput(
    `--cluster-id ${text}: this is not a ClusterMesh ID\n  expected: a whole number from 0 to 255`,
  );
}

/** The n-th --config is for the n-th --ciliumnodes, so there must be one for each or none at all. */
function assertPaired({ ciliumnodes, config, clusterName, clusterId }: ImportOptions): void {
  const lists = { '--config': config, '--cluster-name': clusterName, '--cluster-id': clusterId };
  for (const [option, values] of Object.entries(lists)) {
    if (values.length === 0 || values.length === ciliumnodes.length) continue;
    throw new BadInput(
      `${option} is given ${values.length} times, --ciliumnodes ${ciliumnodes.length} times\n` +
        `  expected: one ${option} for each --ciliumnodes, in the same order, or none`,
    );
  }
}

function filesFor(
  clusters: readonly Imported[],
  folder: string,
  measured: readonly MeasuredDelay[],
): readonly { readonly path: string; readonly text: string }[] {
  const inventories = clusters.map(({ inventory }) => ({
    inventory,
    inventoryFile: `${inventory.cluster.name}.inventory.yaml`,
  }));
  return [
    ...inventories.map(({ inventory, inventoryFile }) => ({
      path: join(folder, inventoryFile),
      text: writeInventory(inventory),
    })),
    {
      path: join(folder, 'scenario.yaml'),
      text: writeDelays(starterScenario(inventories), measured),
    },
  ];
}

function assertFree(files: readonly { readonly path: string }[], { force }: ImportOptions): void {
  if (force === true) return;
  const taken = files.find(({ path }) => existsSync(path));
  if (taken === undefined) return;
  throw new BadInput(
    `${taken.path}: there is such a file already\n  hint: name another folder with --out, or overwrite it with --force`,
  );
}

function report(imported: {
  readonly clusters: readonly Imported[];
  readonly notes: readonly ImportNote[];
  readonly files: readonly { readonly path: string }[];
  readonly measured: string;
}): void {
  const { clusters, notes, files, measured } = imported;
  const lines = clusters.map(
    ({ inventory, file }) =>
      `${inventory.cluster.name}: ${inventory.nodes.length} nodes from ${basename(file)}, key ${inventory.keyId}`,
  );
  if (notes.length > 0) lines.push('', ...notes.map(formatImportNote));
  if (measured !== '') lines.push('', measured.trimEnd());
  lines.push('', ...files.map(({ path }) => `wrote ${path}`));
  const scenario = files.at(-1)?.path ?? '';
  lines.push('', `next: ${commandLine(['keyturn', 'check', scenario])}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}
