import { describe, expect, test } from 'vitest';
import { makeAgent } from '../agents/index.ts';
import { agentSuite } from './vitest.ts';

const only = ['rotation/healthy', 'key-file/empty'];

describe("Cilium's own agent", () => {
  agentSuite((environment) => makeAgent(undefined, environment), { only });
});

describe('a failure that is known does not count', () => {
  agentSuite((environment) => makeAgent('forgets-encrypt-map', environment), {
    only: ['rotation/healthy'],
    knownFailures: ['rotation/healthy'],
  });
});

test('an ID that does not exist is refused before anything runs', () => {
  const register = (): void => {
    agentSuite((environment) => makeAgent(undefined, environment), { only: ['rotation/helthy'] });
  };
  expect(register).toThrow('there is no such scenario');
});
