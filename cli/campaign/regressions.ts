import { join } from 'node:path';
import { type Finding, type Invariant, judge, rehearse } from '../../properties/index.ts';
import { libraryFolder, libraryIds } from '../library.ts';
import { readHealthyScenario, readScenario } from '../read-scenario.ts';

/** A found case that is no longer as it says. */
export interface Regression {
  readonly path: string;
  readonly what: string;
  readonly findings: readonly Finding[];
}

/** Where found cases are kept. */
export function regressionPaths(root = libraryFolder()): readonly string[] {
  return libraryIds(root, regressions).map((id) => join(root, `${id}.yaml`));
}

const regressions = (folder: string): boolean => folder === 'regressions';

/**
 * The first found case that is no longer as it says: a case of what a release is known to do wrong
 * expects that (`expect`), and violates nothing without it (`healthy`).
 */
export function failingRegression(
  held: readonly Invariant[],
  paths = regressionPaths(),
): Regression | undefined {
  for (const path of paths) {
    const [deviation] = rehearse(readScenario(path)).deviations;
    if (deviation !== undefined) {
      const { what, expected, found } = deviation;
      return { path, what: `${what}: ${expected}, but found ${found}`, findings: [] };
    }
    const { findings } = judge(readHealthyScenario(path), held);
    if (findings.length > 0) return { path, what: 'without what is broken in it:', findings };
  }
  return undefined;
}
