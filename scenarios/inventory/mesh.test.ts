import { expect, it } from 'vitest';
import { defined } from '../../model/assert.ts';
import { success } from '../../model/result.ts';
import { formatInputError } from '../input-error.ts';
import { loadScenario } from '../load.ts';
import {
  checkMesh,
  formatImportNote,
  type Inventory,
  starterScenario,
  writeInventory,
} from './index.ts';
import { importedFixture } from './test-support/fixtures.ts';

const east = importedFixture('east-ciliumnodes.json', 'east-cilium-config.json').inventory;
const west = importedFixture('west-ciliumnodes.json', 'west-cilium-config.yaml').inventory;

function check(second: Inventory) {
  const { errors, notes } = checkMesh([
    { file: 'east.yaml', inventory: east },
    { file: 'west.yaml', inventory: second },
  ]);
  return [...errors.map(formatInputError), ...notes.map(formatImportNote)];
}

it('meshes two clusters that share nothing', () => {
  expect(check(west)).toEqual([]);
});

it('refuses clusters of one name or one ID', () => {
  expect(check({ ...west, cluster: east.cluster })).toEqual([
    `west.yaml: the cluster name east is also that of east.yaml (at cluster.name)
  hint: every cluster of a mesh has its own cluster-name: check the ConfigMap`,
    `west.yaml: the cluster ID 1 is also that of east.yaml (at cluster.id)
  hint: every cluster of a mesh has its own cluster-id: check the ConfigMap`,
  ]);
});

it('says of a cluster that is given twice no more than that', () => {
  expect(check(east)).toHaveLength(2);
});

it('refuses clusters that share addresses, and names both nodes', () => {
  const [first] = check({ ...west, nodes: east.nodes.slice(0, 1) });
  expect(first).toBe(
    `west.yaml: the address 10.101.0.11 belongs to both east/east-control-plane-01 and west/east-control-plane-01 (at nodes)
  hint: the clusters of a mesh need pod CIDRs and node addresses of their own`,
  );
});

it('warns of clusters with different keys or releases', () => {
  expect(check({ ...west, keyId: 4, release: 'cilium-1.16' })).toEqual([
    'warning: west.yaml: key ID 4, but 3 in east.yaml: all clusters need one key (at keyId)',
    'warning: west.yaml: cilium-1.16, but cilium-1.18 in east.yaml: upgrade before rotating (at release)',
  ]);
});

it('starts a scenario that loads, with both clusters rotated at once', () => {
  const text = starterScenario([
    { inventory: east, inventoryFile: 'east.yaml' },
    { inventory: west, inventoryFile: 'west.yaml' },
  ]);
  expect(text).toContain('# Measure these');
  const files = new Map([
    ['east.yaml', writeInventory(east)],
    ['west.yaml', writeInventory(west)],
  ]);
  const loaded = loadScenario(text, {
    file: 'scenario.yaml',
    readFile: (path) => success(defined(files.get(path), path)),
  });
  expect(loaded.ok ? [] : loaded.error.map(formatInputError)).toEqual([]);
  expect(loaded.ok && loaded.value).toMatchObject({
    expect: { verdict: 'safe' },
    procedure: [
      { kind: 'wait', duration: 120_000_000 },
      { kind: 'rotate', clusters: ['east', 'west'] },
      { kind: 'wait', duration: 900_000_000 },
    ],
    clusters: [
      { name: 'east', id: 1, secret: expect.stringMatching(/^3\+ /) },
      { name: 'west', id: 2, settings: { rotationDuration: 600_000_000 } },
    ],
  });
  expect(loaded.ok && loaded.value.clusters.map(({ nodes }) => nodes.length)).toEqual([20, 14]);
});
