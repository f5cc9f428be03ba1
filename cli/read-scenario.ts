import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { loadScenario } from '../scenarios/index.ts';
import type { Scenario } from '../sim/index.ts';
import { badInput } from './failure.ts';
import { findId, libraryIds, libraryPath } from './library.ts';
import { readNamed, readText } from './read-file.ts';

/**
 * The scenario in a file, or of the library by its ID; inventories are found from the file's own
 * folder.
 */
export function readScenario(written: string): Scenario {
  const path = scenarioPath(written);
  const folder = dirname(path);
  const loaded = loadScenario(readNamed(path), {
    file: path,
    readFile: (name) => readText(resolve(folder, name)),
  });
  if (!loaded.ok) throw badInput(loaded.error);
  return loaded.value;
}

/** What is no path of a file is an ID, unless it looks like a path. */
export function scenarioPath(written: string): string {
  if (existsSync(written) || /\.ya?ml$|^[./~]/.test(written)) return written;
  return libraryPath(findId(written, libraryIds()));
}
