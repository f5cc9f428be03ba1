import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../model/assert.ts';
import {
  didYouMean,
  type LibraryEntry,
  type LibraryText,
  readLibrary,
} from '../scenarios/index.ts';
import { badInput, BadInput } from './failure.ts';
import { readNamed, readText } from './read-file.ts';

/** The folder of the scenarios that come with the package, whether it is installed or a checkout. */
export function libraryFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    assert(dirname(folder) !== folder, 'the command is in no package');
    folder = dirname(folder);
  }
  return join(folder, 'scenarios');
}

/** What lies in `scenarios/` and is none: the importer's own files, and the cases that campaigns found. */
const noLibrary: readonly string[] = ['inventory', 'regressions'];
const isLibrary = (folder: string): boolean => !noLibrary.includes(folder);

/** The IDs of all scenarios of the library, or of other folders beside it, in order. */
export function libraryIds(root = libraryFolder(), takes = isLibrary): readonly string[] {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && takes(entry.name))
    .map(({ name }) => name);
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}/${path.replaceAll('\\', '/')}`,
    ),
  );
  return files
    .filter((path) => path.endsWith('.yaml') && !path.endsWith('.inventory.yaml'))
    .map((path) => path.slice(0, -'.yaml'.length))
    .sort();
}

export function libraryPath(id: string, root = libraryFolder()): string {
  return join(root, `${id}.yaml`);
}

/** The texts of the library. */
export function libraryTexts(root = libraryFolder()): readonly LibraryText[] {
  return libraryIds(root).map((id) => ({ id, text: readNamed(libraryPath(id, root)) }));
}

/** Every scenario of the library. */
export function readWholeLibrary(root = libraryFolder()): readonly LibraryEntry[] {
  const read = readLibrary(libraryTexts(root), (id) => {
    const file = libraryPath(id, root);
    return { file, readFile: (name) => readText(resolve(dirname(file), name)) };
  });
  if (!read.ok) throw badInput(read.error);
  return read.value;
}

/** A scenario of the library by its ID, or by the end of it where that is clear: `healthy`. */
export function libraryEntry(id: string, entries = readWholeLibrary()): LibraryEntry {
  const found = findId(
    id,
    entries.map((entry) => entry.id),
  );
  const entry = entries.find((one) => one.id === found);
  assert(entry !== undefined, `no entry ${found}`);
  return entry;
}

/** The one ID that the user means. */
export function findId(wanted: string, ids: readonly string[]): string {
  const id = wanted.replace(/\.yaml$/, '').replace(/^scenarios\//, '');
  if (ids.includes(id)) return id;
  const [first, ...others] = ids.filter((candidate) => candidate.endsWith(`/${id}`));
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    throw new BadInput(
      `${wanted}: several scenarios are called so\n  expected: one of: ${[first, ...others].join(', ')}`,
    );
  }
  const hint = didYouMean(id, [...ids, ...ids.map((one) => one.slice(one.lastIndexOf('/') + 1))]);
  throw new BadInput(
    `${wanted}: there is no such scenario\n  expected: the path of a file, or an ID that \`keyturn scenarios\` lists${hint === '' ? '' : `\n  hint: ${hint}`}`,
  );
}
