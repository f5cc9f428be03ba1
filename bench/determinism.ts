import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { success } from '../model/result.ts';
import { seedsOf } from '../properties/index.ts';
import { formatInputError, loadScenario } from '../scenarios/index.ts';
import { type Scenario, simulate } from '../sim/index.ts';

/**
 * Prints one line for each scenario and seed: `scenario seed digest`. Two processes, on whatever
 * machine and Node version, must print the same bytes (docs/DETERMINISM.md). Scenarios are all that
 * come with keyturn, and those given as arguments.
 */
const seedsPerScenario = 3;
const root = fileURLToPath(new URL('../..', import.meta.url));

function builtInScenarios(): readonly string[] {
  const folder = join(root, 'scenarios');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !path.includes('fixtures'))
    .sort()
    .map((path) => join(folder, path));
}

function readScenario(path: string): Scenario {
  const loaded = loadScenario(readFileSync(path, 'utf8'), {
    file: path,
    readFile: (name) => success(readFileSync(resolve(dirname(path), name), 'utf8')),
  });
  if (!loaded.ok) throw new Error(loaded.error.map(formatInputError).join('\n'));
  return loaded.value;
}

/** Some scenarios are there to be refused: they have no run. */
const isRun = (path: string): boolean => !/^ {2}refused:/m.test(readFileSync(path, 'utf8'));

const given = process.argv.slice(2).map((path) => resolve(path));
for (const path of [...builtInScenarios().filter(isRun), ...given]) {
  const scenario = readScenario(path);
  for (const seed of seedsOf(scenario, seedsPerScenario)) {
    const { digest } = simulate({ ...scenario, seed });
    process.stdout.write(`${relative(root, path)} ${seed} ${digest}\n`);
  }
}
