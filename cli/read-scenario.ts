import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { loadHealthyScenario, loadScenario, type LoadOptions } from '../scenarios/index.ts';
import type { Scenario } from '../sim/index.ts';
import { BadInput, badInput } from './failure.ts';
import { findId, libraryIds, libraryPath } from './library.ts';
import { readNamed, readText } from './read-file.ts';

/**
 * The scenario in a file, or of the library by its ID; inventories are found from the file's own
 * folder.
 */
export function readScenario(written: string): Scenario {
  const path = scenarioPath(written);
  const loaded = loadScenario(readNamed(path), optionsFor(path));
  if (!loaded.ok) throw badInput(loaded.error);
  return loaded.value;
}

/** The same without what is broken in it. */
export function readHealthyScenario(written: string): Scenario {
  const path = scenarioPath(written);
  const loaded = loadHealthyScenario(readNamed(path), optionsFor(path));
  if (!loaded.ok) throw badInput(loaded.error);
  if (loaded.value !== undefined) return loaded.value;
  throw new BadInput(
    `${path}: nothing in this scenario is said to be broken\n  expected: a cluster with an agent of its own, or the key "healthy"`,
  );
}

function optionsFor(path: string): LoadOptions {
  const folder = dirname(path);
  return { file: path, readFile: (name) => readText(resolve(folder, name)) };
}

/** What is no path of a file is an ID, unless it looks like a path. */
export function scenarioPath(written: string): string {
  if (existsSync(written) || /\.ya?ml$|^[./~]/.test(written)) return written;
  return libraryPath(findId(written, libraryIds()));
}
