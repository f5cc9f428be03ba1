import { describe, expect, it } from 'vitest';
import { walkChart } from '../test-support/walk-chart.ts';
import { nodeChart } from './node.ts';

describe('the node', () => {
  it('starts its agent only once the machine has booted and the Secret is mounted', () => {
    expect(walkChart(nodeChart, 'absent', ['JOIN', 'BOOTED'])).toEqual({
      state: 'running',
      actions: ['drawBootId', 'mountVolume', 'startAgent'],
    });
  });

  it.each([
    ['REBOOT', 'stopAgent'],
    ['CRASH', 'killAgent'],
  ] as const)('loses its kernel state and its boot ID by %s, not its record', (event, end) => {
    expect(walkChart(nodeChart, 'running', [event, 'POWER_ON', 'BOOTED'])).toEqual({
      state: 'running',
      actions: [end, 'unmountVolume', 'loseKernelState', 'drawBootId', 'mountVolume', 'startAgent'],
    });
  });

  it('is replaced under the same name without its record being withdrawn', () => {
    expect(walkChart(nodeChart, 'running', ['REPLACE'])).toEqual({
      state: 'booting',
      actions: ['killAgent', 'unmountVolume', 'loseKernelState', 'drawBootId'],
    });
  });

  it.each(['booting', 'running', 'down'] as const)('withdraws its record to leave %s', (state) => {
    const { next, actions } = nodeChart.step(state, 'LEAVE');
    expect(next).toBe('gone');
    expect(actions.at(-1)).toBe('withdrawRecord');
  });

  it('does not start from being off without power', () => {
    expect(nodeChart.accepts('down', 'BOOTED')).toBe(false);
  });
});
