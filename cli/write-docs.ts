import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failureModePages, invariantsPage } from '../reports/index.ts';
import { scenarioKeysPage } from '../scenarios/index.ts';
import { libraryFolder, readWholeLibrary } from './library.ts';

/** `npm run docs`: writes docs/failure-modes/, docs/properties.md and docs/scenario-keys.md anew. */
const docs = join(dirname(libraryFolder()), 'docs');
const folder = join(docs, 'failure-modes');
rmSync(folder, { recursive: true, force: true });
for (const [path, text] of failureModePages(readWholeLibrary())) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
writeFileSync(join(docs, 'scenario-keys.md'), scenarioKeysPage());
writeFileSync(join(docs, 'properties.md'), invariantsPage());
