import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { failureModePages, pageCoverage } from '../reports/index.ts';
import { libraryFolder, libraryIds, readWholeLibrary } from './library.ts';

const folder = join(dirname(libraryFolder()), 'docs', 'failure-modes');

it('docs/failure-modes is what the scenarios say (npm run docs renews it)', () => {
  const pages = failureModePages(readWholeLibrary());
  const written = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(written.filter((path) => path.endsWith('.md')).sort()).toEqual([...pages.keys()].sort());
  for (const [path, text] of pages) {
    expect([path, readFileSync(join(folder, path), 'utf8')]).toEqual([path, text]);
  }
});

it('every sentence of the page is shown by scenarios that exist, or has a reason', () => {
  const ids = libraryIds();
  const empty = pageCoverage.filter(({ scenarios, note }) => scenarios.length === 0 && !note);
  expect(empty).toEqual([]);
  const named = pageCoverage.flatMap(({ scenarios }) => scenarios);
  expect(named.filter((id) => !ids.includes(id))).toEqual([]);
});
