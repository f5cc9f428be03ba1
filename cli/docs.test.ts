import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { failureModePages, invariantsPage, pageCoverage } from '../reports/index.ts';
import { loadScenario, scenarioKeysPage } from '../scenarios/index.ts';
import { rehearse } from '../properties/index.ts';
import { libraryFolder, libraryIds, readWholeLibrary } from './library.ts';

const docs = join(dirname(libraryFolder()), 'docs');
const folder = join(docs, 'failure-modes');

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

it('docs/properties.md is what the catalogue says (npm run docs renews it)', () => {
  expect(readFileSync(join(docs, 'properties.md'), 'utf8')).toEqual(invariantsPage());
});

it('docs/scenario-keys.md is what the schema says (npm run docs renews it)', () => {
  expect(readFileSync(join(docs, 'scenario-keys.md'), 'utf8')).toEqual(scenarioKeysPage());
});

it('the scenarios of docs/scenario-format.md come out as its text says', () => {
  const page = readFileSync(join(docs, 'scenario-format.md'), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);
  const runs = blocks.map((text) => {
    const loaded = loadScenario(text, { file: 'docs/scenario-format.md' });
    if (!loaded.ok) return loaded.error;
    const { verdict, deviations } = rehearse(loaded.value);
    return [verdict.kind, deviations.length];
  });
  expect(runs).toEqual([
    ['safe', 0],
    ['unsafe', 1],
    ['unsafe', 0],
    ['unsafe', 0],
  ]);
});
