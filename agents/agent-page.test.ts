import { expect, test } from 'vitest';
import { agentPage } from './agent-page.ts';
import { fixes } from './fixes/index.ts';
import { mutants } from './mutants/index.ts';

test('docs/mutants.md is what the lists say (vitest -u renews it)', async () => {
  await expect(agentPage(mutants, fixes)).toMatchFileSnapshot('../docs/mutants.md');
});
