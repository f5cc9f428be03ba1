import { describe, expect, it } from 'vitest';
import { walkChart } from '../test-support/walk-chart.ts';
import { ciliumNodeRecordChart } from './cilium-node-record.ts';
import { kvstoreNodeRecordChart } from './kvstore-node-record.ts';

describe.each([ciliumNodeRecordChart, kvstoreNodeRecordChart])('$name', (chart) => {
  it('is broadcast each time that it is published', () => {
    expect(walkChart(chart, 'absent', ['PUBLISH', 'PUBLISH'])).toEqual({
      state: 'published',
      actions: ['broadcast', 'broadcast'],
    });
  });

  it('is seen deleted and created when it is withdrawn under a living node', () => {
    expect(walkChart(chart, 'published', ['WITHDRAW', 'PUBLISH'])).toEqual({
      state: 'published',
      actions: ['broadcastDelete', 'broadcast'],
    });
  });
});

describe('the lease', () => {
  it('deletes the record of a node that was only cut off', () => {
    expect(walkChart(kvstoreNodeRecordChart, 'published', ['LEASE_EXPIRED', 'PUBLISH'])).toEqual({
      state: 'published',
      actions: ['broadcastDelete', 'broadcast'],
    });
  });

  it('is not announced twice when the node is then withdrawn', () => {
    expect(walkChart(kvstoreNodeRecordChart, 'published', ['LEASE_EXPIRED', 'WITHDRAW'])).toEqual({
      state: 'absent',
      actions: ['broadcastDelete'],
    });
  });

  it('is not something a CiliumNode object has', () => {
    expect(ciliumNodeRecordChart.events).not.toContain('LEASE_EXPIRED');
  });
});
