import { expect, it } from 'vitest';
import { walkChart } from '../test-support/walk-chart.ts';
import { secretStoreChart } from './secret-store.ts';

it('tells the kubelets of every write, also of one that replaces another', () => {
  expect(walkChart(secretStoreChart, 'absent', ['WRITE', 'WRITE'])).toEqual({
    state: 'present',
    actions: ['notifyKubelets', 'notifyKubelets'],
  });
});

it('tells the kubelets of a deletion once, however often it is asked for', () => {
  expect(walkChart(secretStoreChart, 'present', ['DELETE', 'DELETE'])).toEqual({
    state: 'absent',
    actions: ['notifyKubeletsOfDeletion'],
  });
});
