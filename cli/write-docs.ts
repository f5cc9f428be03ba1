import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failureModePages } from '../reports/index.ts';
import { libraryFolder, readWholeLibrary } from './library.ts';

/** `npm run docs`: writes docs/failure-modes/ anew. */
const folder = join(dirname(libraryFolder()), 'docs', 'failure-modes');
rmSync(folder, { recursive: true, force: true });
for (const [path, text] of failureModePages(readWholeLibrary())) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
