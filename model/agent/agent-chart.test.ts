import { describe, expect, it } from 'vitest';
import { walkChart } from '../test-support/walk-chart.ts';
import { agentChart } from './agent-chart.ts';

describe('the agent', () => {
  it('watches the key file only once the key is installed', () => {
    expect(walkChart(agentChart, 'stopped', ['START', 'KEY_LOADED', 'INSTALLED'])).toEqual({
      state: 'ready',
      actions: ['loadKeyFile', 'introduceKey', 'startBackgroundJobs', 'reportHealthy'],
    });
  });

  it('misses a key file that is replaced before it watches', () => {
    const events = ['KEY_FILE', 'INSTALLED'] as const;
    expect(walkChart(agentChart, 'installing', events)).toEqual({
      state: 'ready',
      actions: ['startBackgroundJobs', 'reportHealthy'],
    });
  });

  it('does not start with a key that it rejects, and tries again', () => {
    expect(walkChart(agentChart, 'starting', ['KEY_REJECTED', 'START'])).toEqual({
      state: 'starting',
      actions: ['failStart', 'loadKeyFile'],
    });
  });

  it('rotates one key at a time; what it is told meanwhile waits, the reclaimer does not', () => {
    const events = [
      'KEY_FILE',
      'KEY_LOADED',
      'KEY_FILE',
      'NODE_CHANGED',
      'RECLAIM_TICK',
      'INSTALLED',
    ] as const;
    expect(walkChart(agentChart, 'ready', events)).toEqual({
      state: 'ready',
      actions: [
        'loadKeyFile',
        'introduceKey',
        'queueInput',
        'queueInput',
        'reclaimStaleKeys',
        'reportHealthy',
      ],
    });
  });

  it('works on when a running agent rejects a key, until the next file', () => {
    const events = ['KEY_FILE', 'KEY_REJECTED', 'NODE_CHANGED', 'RECLAIM_TICK'] as const;
    expect(walkChart(agentChart, 'ready', events)).toEqual({
      state: 'degraded',
      actions: ['loadKeyFile', 'reportDegraded', 'programNode', 'reclaimStaleKeys'],
    });
    expect(agentChart.step('degraded', 'KEY_FILE').next).toBe('loading');
  });

  it('hears of every change of a file and of a node, in every state', () => {
    for (const event of ['KEY_FILE', 'NODE_CHANGED', 'STOP', 'CRASH'] as const) {
      expect(agentChart.states.filter((state) => !agentChart.accepts(state, event))).toEqual([]);
    }
  });

  it('checkpoints its nodes when it is stopped, not when it crashes', () => {
    expect(agentChart.step('ready', 'STOP').actions).toEqual(['checkpointNodes']);
    expect(agentChart.step('ready', 'CRASH').actions).toEqual([]);
  });
});
