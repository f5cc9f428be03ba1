import { describe, expect, it } from 'vitest';
import { minute, second } from '../../model/time.ts';
import {
  constant,
  node,
  rotateAtOneMinute,
  smallScenario,
} from '../../properties/test-support/scenario.ts';
import { type Scenario, simulate } from '../../sim/index.ts';
import { type ChartChange, ChartStates } from './chart-states.ts';

function changesOf(scenario: Scenario): readonly ChartChange[] {
  const followed: ChartStates[] = [];
  simulate(scenario, {
    observe: (trace) => {
      followed.push(new ChartStates(trace));
    },
  });
  return followed[0]?.changes ?? [];
}

/** What the chart of one thing went through after the run's first instant. */
const lifeOf = (changes: readonly ChartChange[], chart: string, of: number) =>
  changes
    .filter((change) => change.chart === chart && change.of === of && change.at > 0)
    .map(({ at, state }) => [at / second, state]);

const small = smallScenario({ procedure: rotateAtOneMinute });
const scenario: Scenario = {
  ...small,
  delays: { ...small.delays, install: constant(second) },
  faults: [
    {
      at: 4 * minute,
      fault: {
        kind: 'restartAgent',
        nodes: node('n2'),
        downtime: 5 * second,
      },
    },
    { at: 5 * minute, fault: { kind: 'reboot', nodes: node('n3'), downtime: 7 * second } },
  ],
};

describe('charts followed through a run', () => {
  const changes = changesOf(scenario);

  it('begin with a cluster that has settled', () => {
    const first = changes.filter(({ at, of }) => at === 0 && of === 0);
    const last = new Map(first.map(({ chart, state }) => [chart, state]));
    expect(Object.fromEntries(last)).toEqual({
      'secret-store': 'present',
      'kubelet-volume': 'current',
      agent: 'ready',
      node: 'running',
    });
  });

  it('take a volume from the secret written to the file replaced', () => {
    // Written at 1 m; each kubelet has it 10 s later.
    expect(lifeOf(changes, 'kubelet-volume', 0)).toEqual([
      [60, 'stale'],
      [70, 'current'],
    ]);
  });

  it('take an agent through a rotation', () => {
    const life = lifeOf(changes, 'agent', 0);
    expect(life.slice(0, 2)).toEqual([
      [70, 'loading'],
      [70, 'rotating'],
    ]);
    // A second for each state that it adds, of which each peer has one to receive and one to send.
    expect(life[2]).toEqual([74, 'ready']);
  });

  it('take an agent through a restart, and a node through a reboot', () => {
    expect(lifeOf(changes, 'agent', 1).map(([at]) => at)).toContain(240);
    expect(lifeOf(changes, 'agent', 1)).toContainEqual([240, 'stopped']);
    expect(lifeOf(changes, 'agent', 1)).toContainEqual([245, 'installing']);
    expect(lifeOf(changes, 'kubelet-volume', 1)).toContainEqual([240, 'missing']);
    expect(lifeOf(changes, 'kubelet-volume', 1)).toContainEqual([245, 'current']);
    expect(lifeOf(changes, 'node', 2)).toEqual([
      [300, 'down'],
      [307, 'booting'],
      [307, 'running'],
    ]);
  });

  it("take the cluster's rotation from one key to the next", () => {
    expect(lifeOf(changes, 'rotation', 0).map(([, state]) => state)).toEqual([
      'spreading',
      'overlapping',
      'settled',
    ]);
  });
});
