import { expect, test } from 'vitest';
import { incidentPage } from './incident-page.ts';
import { incidents } from './incidents.ts';

test('docs/incidents.md is what the list says (vitest -u renews it)', async () => {
  await expect(incidentPage(incidents)).toMatchFileSnapshot('../../docs/incidents.md');
});
