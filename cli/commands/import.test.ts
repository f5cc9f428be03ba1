import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captured, messageOf } from '../test-support/captured.ts';
import { fixturePath, makeFolder, put } from '../test-support/folder.ts';
import { check } from './check.ts';
import { importClusters, type ImportOptions } from './import.ts';

const east = fixturePath('east-ciliumnodes.json');
const west = fixturePath('west-ciliumnodes.json');
const mesh: Omit<ImportOptions, 'out'> = {
  ciliumnodes: [east, west],
  config: [fixturePath('east-cilium-config.json'), fixturePath('west-cilium-config.yaml')],
  clusterName: [],
  clusterId: [],
  release: 'cilium-1.18',
};

describe('an import', () => {
  it('writes inventories and a scenario that can be checked at once', () => {
    const out = join(makeFolder(), 'new', 'folder');
    const { text, value } = captured(() => importClusters({ ...mesh, out }));
    expect(value).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'east.inventory.yaml',
      'scenario.yaml',
      'west.inventory.yaml',
    ]);
    const scenario = join(out, 'scenario.yaml');
    expect(text).toMatch(/^east: 20 nodes from east-ciliumnodes\.json, key 3\nwest: 14 nodes/);
    expect(text).toContain(`\nwrote ${scenario}\n`);
    expect(text.endsWith(`\nnext: keyturn check ${scenario}\n`)).toBe(true);
    const checked = captured(() => check(scenario, { runs: 1 }));
    expect(checked.value).toBe(0);
    expect(checked.text).toContain('\nverdict  SAFE');
  });

  it('says what it had to assume', () => {
    const out = makeFolder();
    const { text } = captured(() =>
      importClusters({ ...mesh, config: [], clusterName: ['a', 'b'], clusterId: ['1', '2'], out }),
    );
    expect(text).toMatch(/\nassumed: .*east-ciliumnodes\.json/);
    expect(existsSync(join(out, 'a.inventory.yaml'))).toBe(true);
  });
});

describe('an import writes nothing', () => {
  const refused = (options: Partial<ImportOptions>, out = makeFolder()) => {
    const before = readdirSync(out);
    const message = messageOf(() => captured(() => importClusters({ ...mesh, out, ...options })));
    expect(readdirSync(out)).toEqual(before);
    return message;
  };

  it('if one of its inputs is cut off', () => {
    const folder = makeFolder();
    const cut = put(folder, 'west.json', readFileSync(west, 'utf8').slice(0, 2000));
    expect(refused({ ciliumnodes: [east, cut] })).toMatch(
      /west\.json:\d+:\d+: the JSON ends early, with 4 brackets still open\n {2}expected: .*\n {2}hint: the file was cut off: export it again$/,
    );
  });

  it('if one of its inputs is not there', () => {
    expect(refused({ ciliumnodes: [east, '/no/such.json'] })).toBe(
      '/no/such.json: cannot be read: no such file\n  hint: give the path of a text file',
    );
  });

  it('if not every cluster has a ConfigMap, a name or an ID', () => {
    expect(refused({ config: [east] })).toBe(
      '--config is given 1 times, --ciliumnodes 2 times\n' +
        '  expected: one --config for each --ciliumnodes, in the same order, or none',
    );
    expect(refused({ clusterId: ['1', '2', '3'] })).toMatch(/^--cluster-id is given 3 times/);
  });

  it('if a cluster ID is no number', () => {
    expect(refused({ clusterId: ['1', 'two'] })).toBe(
      '--cluster-id two: this is not a ClusterMesh ID\n  expected: a whole number from 0 to 255',
    );
  });

  it('if the clusters cannot be of one mesh', () => {
    expect(refused({ clusterName: ['east', 'east'] })).toMatch(/east/);
  });

  it('over a file that is there already', () => {
    const out = makeFolder();
    const scenario = put(out, 'scenario.yaml', 'mine\n');
    expect(refused({}, out)).toBe(
      `${scenario}: there is such a file already\n` +
        '  hint: name another folder with --out, or overwrite it with --force',
    );
    expect(readFileSync(scenario, 'utf8')).toBe('mine\n');
    captured(() => importClusters({ ...mesh, out, force: true }));
    expect(readFileSync(scenario, 'utf8')).toMatch(/^#|^title/);
  });

  it('if one of its files cannot be written, forced or not', () => {
    const out = makeFolder();
    mkdirSync(join(out, 'scenario.yaml'));
    expect(refused({ force: true }, out)).toMatch(
      /scenario\.yaml: cannot be written: it is a folder\n {2}hint: /,
    );
  });

  it('if the folder for its files is a file', () => {
    const file = put(makeFolder(), 'file', '');
    const hint = 'give the path of a file in a folder that exists and that you may write to';
    expect(messageOf(() => importClusters({ ...mesh, out: file }))).toBe(
      `${file}: cannot be written: there is a file in the way\n  hint: ${hint}`,
    );
    const below = join(file, 'out');
    expect(messageOf(() => importClusters({ ...mesh, out: below }))).toBe(
      `${below}: cannot be written: part of the path is a file, not a folder\n  hint: ${hint}`,
    );
  });

  it.runIf(process.platform === 'linux')('if nobody can make a folder there', () => {
    expect(messageOf(() => importClusters({ ...mesh, out: '/proc/keyturn' }))).toMatch(
      /^\/proc\/keyturn: cannot be written: no such folder\n/,
    );
  });
});
