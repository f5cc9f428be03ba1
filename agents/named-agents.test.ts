import { describe, expect, test } from 'vitest';
import type { AgentEnvironment } from '../model/agent/index.ts';
import { CiliumAgent } from '../model/agent/index.ts';
import { agentNames, makeAgent } from './index.ts';
import { fixes } from './fixes/index.ts';
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

describe.each([...mutants, ...fixes])('$name', ({ sentence, source }) => {
  test('says what it does, and where that comes from', () => {
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(source).not.toBe('');
  });
});
