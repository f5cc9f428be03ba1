import { describe, expect, it } from 'vitest';
import { walkChart } from '../test-support/walk-chart.ts';
import { rotationChart } from './rotation.ts';

const rotation = ['SECRET_WRITTEN', 'EVERY_NODE_LOADED', 'EVERY_OLD_KEY_RECLAIMED'] as const;

describe('the rotation', () => {
  it('settles after every node has loaded and reclaimed, as often as it is done', () => {
    expect(walkChart(rotationChart, 'settled', [...rotation, ...rotation]).state).toBe('settled');
  });

  it.each([1, 2])('is overtaken by a second write after step %i', (steps) => {
    const events = [...rotation.slice(0, steps), 'SECRET_WRITTEN'] as const;
    expect(walkChart(rotationChart, 'settled', events).state).toBe('overtaken');
  });

  it('stays overtaken until every key but the newest is reclaimed', () => {
    expect(walkChart(rotationChart, 'overtaken', ['EVERY_NODE_LOADED']).state).toBe('overtaken');
    expect(walkChart(rotationChart, 'overtaken', rotation).state).toBe('settled');
  });
});
