import { expect, test } from 'vitest';
import { mutants } from '../../agents/index.ts';
import { invariants } from './index.ts';

/** Whether it is so takes a campaign for each mutant: `npm run idle-invariants`. */
test('for each invariant that must hold there is a mutant that says that no other notices it', () => {
  const held = invariants.filter(({ kind }) => kind !== 'sometimes').map(({ id }) => id);
  const named = mutants.flatMap(({ onlySeenBy = [] }) => onlySeenBy);
  expect([...new Set(named)].sort()).toEqual([...held].sort());
});
