import { describe, expect, it } from 'vitest';
import { walkChart } from '../test-support/walk-chart.ts';
import { meshLinkChart } from './mesh-link.ts';

describe('the mesh link', () => {
  it('delivers changes while it is connected', () => {
    expect(walkChart(meshLinkChart, 'connected', ['UPDATE', 'UPDATE']).actions).toEqual([
      'deliver',
      'deliver',
    ]);
  });

  it('brings what was missed as the newest of each record, once it is resynced', () => {
    const events = ['PARTITION', 'UPDATE', 'UPDATE', 'HEAL', 'UPDATE', 'RESYNCED'] as const;
    expect(walkChart(meshLinkChart, 'connected', events)).toEqual({
      state: 'connected',
      actions: ['startResync', 'deliverNewest'],
    });
  });

  it('begins its resync anew when it is cut in the middle of one', () => {
    const events = ['HEAL', 'PARTITION', 'HEAL', 'RESYNCED'] as const;
    expect(walkChart(meshLinkChart, 'partitioned', events)).toEqual({
      state: 'connected',
      actions: ['startResync', 'startResync', 'deliverNewest'],
    });
  });
});
