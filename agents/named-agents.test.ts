import { describe, expect, test } from 'vitest';
import type { AgentEnvironment } from '../model/agent/index.ts';
import { CiliumAgent } from '../model/agent/index.ts';
import { minute } from '../model/time.ts';
import { simulate } from '../sim/index.ts';
import { clusterWith, rotate, scenarioWith, wait } from '../sim/test-support/scenario.ts';
import { agentNames, makeAgent } from './index.ts';
import { mutants } from './mutants/index.ts';

test('a cluster without an agent of its own has the built-in one', () => {
  const agent = makeAgent(undefined, {} as AgentEnvironment);
  expect(agent).toBeInstanceOf(CiliumAgent);
});

test('an unknown name is refused', () => {
  expect(() => makeAgent('nobody', {} as AgentEnvironment)).toThrow('agent nobody');
});

test('names are words with hyphens, and unlike each other', () => {
  expect(new Set(agentNames).size).toBe(agentNames.length);
  for (const name of agentNames) expect(name).toMatch(/^[a-z]+(-[a-z0-9]+)+$/);
});

describe.each(mutants)('$name', ({ name, sentence, source }) => {
  test('says what it does wrong, and who did so', () => {
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(source).not.toBe('');
  });

  test('does something else than the built-in agent in a rotation', () => {
    const run = (agent: string | undefined) =>
      simulate(
        scenarioWith({
          clusters: [clusterWith({ agent, release: 'cilium-1.19' })],
          procedure: [wait(minute), rotate, wait(8 * minute)],
        }),
      ).digest;
    expect(run(name)).not.toBe(run(undefined));
  });
});
