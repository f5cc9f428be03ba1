import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { invariants } from '../../properties/index.ts';
import { makeFolder, put } from '../test-support/folder.ts';
import { failingRegression, regressionPaths } from './regressions.ts';

const paths = regressionPaths();

it('has a case for each release that announces a key before it is installed', () => {
  const found = paths.map((path) => /announced-before-installed-(.*)\.yaml$/.exec(path)?.[1]);
  expect(found).toEqual(expect.arrayContaining(['1.16', '1.17', '1.18']));
});

it.each(paths)('%s is as it says, and violates nothing without what is broken', (path) => {
  expect(failingRegression(invariants, [path])).toBeUndefined();
});

const text = readFileSync(paths.find((path) => path.endsWith('-1.18.yaml')) as string, 'utf8');

it('tells which number is another', () => {
  const path = put(makeFolder(), 'found.yaml', text.replace('InNoStates: 1\n', 'InNoStates: 2\n'));
  expect(failingRegression(invariants, [path])).toMatchObject({
    path,
    what: expect.stringContaining('XfrmInNoStates 2, but found XfrmInNoStates 1') as unknown,
  });
});

it('tells what is violated again where it must not be', () => {
  const again = text.replace('release: cilium-1.19', 'release: cilium-1.18');
  const path = put(makeFolder(), 'found.yaml', again);
  const failing = failingRegression(invariants, [path]);
  expect(failing?.findings.map(({ invariant }) => invariant)).toContain('chosen-key-usable');
});
