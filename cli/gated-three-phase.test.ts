import { describe, expect, test } from 'vitest';
import { type AgentMaker, makeAgent } from '../agents/index.ts';
import { assert } from '../model/assert.ts';
import { rehearse, type Rehearsal } from '../properties/index.ts';
import { agentsBy } from '../sim/index.ts';
import { libraryEntry } from './library.ts';

/** A scenario of the library with another agent in all its clusters. */
function rehearsalOf(id: string, agent?: string): Rehearsal {
  const { content } = libraryEntry(id);
  assert(content.kind === 'run', `${id} is there to be refused`);
  const makeOne: AgentMaker = (environment) => makeAgent(agent, environment);
  return rehearse(content.scenario, { agents: agentsBy(makeOne) });
}

describe.each(['rotation/old-key-reclaimed-early', 'mesh/rotated-one-after-another'])(
  '%s',
  (id) => {
    test('time alone loses packets, and gates do not', () => {
      expect(rehearsalOf(id).verdict.kind).toBe('unsafe');
      const { verdict, run } = rehearsalOf(id, 'gated-three-phase');
      expect(verdict.kind).toBe('safe');
      expect(run.losses).toEqual([]);
    });
  },
);

// Per-tunnel keys: two peers, two directions each; twice that while both keys are there.
test('the old key goes in the end', () => {
  const { run } = rehearsalOf('rotation/old-key-reclaimed-early', 'gated-three-phase');
  for (const { keysInUse } of run.nodes) {
    expect(keysInUse.map(({ count }) => count)).toEqual([4, 8, 4]);
  }
});
