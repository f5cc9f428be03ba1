import { describe, expect, it } from 'vitest';
import { walkChart } from '../test-support/walk-chart.ts';
import { kubeletVolumeChart } from './kubelet-volume.ts';

describe('the kubelet volume', () => {
  it('brings several changes between two syncs as one new file', () => {
    const events = ['SECRET_CHANGED', 'SECRET_CHANGED', 'SYNCED', 'SYNCED'] as const;
    expect(walkChart(kubeletVolumeChart, 'current', events)).toEqual({
      state: 'current',
      actions: ['scheduleSync', 'fileReplaced'],
    });
  });

  it('mounts the newest Secret, so a reboot outruns a pending sync', () => {
    const events = [
      'SECRET_CHANGED',
      'UNMOUNTED',
      'SECRET_CHANGED',
      'REMOUNTED',
      'SYNCED',
    ] as const;
    expect(walkChart(kubeletVolumeChart, 'current', events)).toEqual({
      state: 'current',
      actions: ['scheduleSync', 'fileLost', 'fileMounted'],
    });
  });

  it('keeps the last file when the Secret is deleted, whatever syncs', () => {
    const events = ['SECRET_CHANGED', 'SECRET_DELETED', 'SYNCED'] as const;
    expect(walkChart(kubeletVolumeChart, 'current', events)).toEqual({
      state: 'orphaned',
      actions: ['scheduleSync'],
    });
  });

  it('cannot mount a Secret that is gone', () => {
    expect(kubeletVolumeChart.accepts('orphaned', 'REMOUNTED')).toBe(false);
  });

  it('syncs a Secret that is created anew', () => {
    expect(walkChart(kubeletVolumeChart, 'orphaned', ['SECRET_CHANGED', 'SYNCED'])).toEqual({
      state: 'current',
      actions: ['scheduleSync', 'fileReplaced'],
    });
  });

  it('syncs nothing where nothing is mounted', () => {
    expect(kubeletVolumeChart.accepts('missing', 'SYNCED')).toBe(false);
  });
});
