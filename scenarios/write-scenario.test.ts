import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatInputError } from './input-error.ts';
import { loadScenario } from './load.ts';
import { simulate, type Scenario } from '../sim/index.ts';
import { anyScenario } from './test-support/any-scenario.ts';
import { writeScenario } from './write-scenario.ts';

function load(text: string): Scenario {
  const loaded = loadScenario(text, { file: 'written.yaml' });
  if (!loaded.ok) throw new Error(loaded.error.map(formatInputError).join('\n'));
  return loaded.value;
}

function write(scenario: Scenario): string {
  const written = writeScenario(scenario);
  if (!written.ok) throw new Error(written.error.message);
  return written.value;
}

it('writes any scenario so that it reads as the same', () => {
  fc.assert(
    fc.property(anyScenario, (scenario) => {
      expect(load(write(scenario))).toEqual(scenario);
    }),
    { numRuns: 300 },
  );
});

it('writes a scenario that runs to the same digest', () => {
  const path = new URL('./rotation/old-key-reclaimed-early.yaml', import.meta.url);
  const scenario = load(readFileSync(path, 'utf8'));
  const read = load(write(scenario));
  expect(read).toEqual(scenario);
  expect(simulate(read).digest).toBe(simulate(scenario).digest);
});

it('refuses nodes that a file could only take from an inventory', () => {
  const [scenario] = fc.sample(anyScenario, { numRuns: 1, seed: 1 }) as [Scenario];
  const clusters = scenario.clusters.map((cluster, index) =>
    index === 0
      ? cluster
      : { ...cluster, nodes: cluster.nodes.map((node) => ({ ...node, bootId: 'x' })) },
  );
  expect(writeScenario({ ...scenario, clusters })).toMatchObject({
    ok: false,
    error: { code: 'NODES_NOT_MADE_UP', message: expect.stringContaining('"west"') as unknown },
  });
});
