import { describe, expect, it } from 'vitest';
import { millisecond, minute, second } from '../model/time.ts';
import type { Step } from '../sim/index.ts';
import { rehearse } from './rehearse.ts';
import {
  constant,
  delayAt,
  node,
  rotateAtOneMinute,
  smallScenario,
} from './test-support/scenario.ts';
import { marginOf } from './test-support/unsafe.ts';

const late = (name: string, at: number) => [delayAt(name, 'secretSync', constant(at))];
const quiet: readonly Step[] = [{ kind: 'wait', duration: 5 * minute }];
/** Without the rotation's start, which is the same everywhere. */
const rotateThenWait = (duration: number): readonly Step[] => [
  ...rotateAtOneMinute.slice(0, 2),
  { kind: 'wait', duration },
];

describe('the margin', () => {
  it('of a pair whose receiver is ahead is not what binds where the peer hears of it later', () => {
    // n2 loads at 70 s, n1 at 160 s, knowing of n2 by then: n1's last packet with the old key
    // arrives at 160.001 s. n2 hears of n1 at 162 s, later: its own rule is the tighter one.
    const margin = marginOf(smallScenario({ nodes: 2, delayOverrides: late('n1', 100 * second) }));
    expect(margin.neededRotationDuration).toBe(92 * second);
    // What is smallest is something else: n1 is ready at 160 s, 2.001 s before n2's first packet.
    expect(margin).toMatchObject({
      rule: 'receiverReady',
      smallest: 2 * second + millisecond,
      sender: 'east/n2',
      receiver: 'east/n1',
    });
  });

  it('is of the sender where it hears late of a receiver that has the key', () => {
    const margin = marginOf(
      smallScenario({
        nodes: 2,
        rotationDuration: minute,
        delayOverrides: late('n1', 100 * second),
      }),
    );
    // n2 loaded at 70 s and heard of n1 at 162 s, 32 s after its old key may go.
    expect(margin).toEqual({
      rule: 'senderKeeps',
      smallest: -32 * second,
      sender: 'east/n2',
      receiver: 'east/n1',
      neededRotationDuration: 92 * second,
    });
  });

  it('is of the receiver where packets are long under way', () => {
    // n1 switches at 160 s, and what it sent before arrives 5 s later: 95 s after n2's load.
    const margin = marginOf(
      smallScenario({
        nodes: 2,
        rotationDuration: minute,
        delays: { latency: constant(5 * second) },
        delayOverrides: late('n1', 100 * second),
      }),
    );
    expect(margin).toEqual({
      rule: 'receiverKeeps',
      smallest: -35 * second,
      sender: 'east/n1',
      receiver: 'east/n2',
      neededRotationDuration: 95 * second,
    });
  });

  it('is of the one link where packets are long under way', () => {
    // As above, but what n1 sends to n3 is as fast as ever: only n2 waits for it.
    const margin = marginOf(
      smallScenario({
        rotationDuration: minute,
        delayOverrides: [
          ...late('n1', 100 * second),
          { delay: 'latency', value: constant(5 * second), at: node('n1'), from: node('n2') },
        ],
      }),
    );
    expect(margin).toMatchObject({
      rule: 'receiverKeeps',
      smallest: -35 * second,
      sender: 'east/n1',
      receiver: 'east/n2',
    });
  });

  it('is negative where the receiver installs after it has announced', () => {
    // v1.18: n1 loads at 70 s and needs 20 s for each of its two states of n2, who switches at 72 s.
    const margin = marginOf(
      smallScenario({
        nodes: 2,
        release: 'cilium-1.18',
        delayOverrides: [delayAt('n1', 'install', constant(20 * second))],
      }),
    );
    expect(margin).toMatchObject({ rule: 'receiverReady', sender: 'east/n2', receiver: 'east/n1' });
    expect(margin.smallest).toBeLessThan(0);
  });

  it('counts a pair that has not moved when the run ends, and names no duration that is enough', () => {
    const margin = marginOf(
      smallScenario({
        nodes: 2,
        rotationDuration: minute,
        delayOverrides: late('n1', 60 * minute),
      }),
    );
    // n2's old key may go at 70 s + 60 s, and the run ends at 60 s + 12 min = 780 s.
    expect(margin).toEqual({
      rule: 'receiverKeeps',
      smallest: (130 - 780) * second,
      sender: 'east/n1',
      receiver: 'east/n2',
      neededRotationDuration: undefined,
    });
  });

  it('is not there where nothing rotates', () => {
    expect(rehearse(smallScenario({ procedure: quiet })).verdict).toEqual({
      kind: 'safe',
      margin: undefined,
    });
  });
});

describe('what is no switch from one key to another', () => {
  const healthy = marginOf(smallScenario({ procedure: rotateThenWait(30 * minute) }));
  const withFault = (fault: Parameters<typeof smallScenario>[0]) =>
    marginOf(smallScenario({ procedure: rotateThenWait(30 * minute), ...fault }));

  it('is an agent that starts again long after the rotation', () => {
    const fault = { kind: 'restartAgent', nodes: node('n2'), downtime: 5 * second } as const;
    expect(withFault({ faults: [{ at: 20 * minute, fault }] })).toEqual(healthy);
  });

  it('is a node that boots long after the rotation', () => {
    const fault = { kind: 'reboot', nodes: node('n2'), downtime: 5 * second } as const;
    expect(withFault({ faults: [{ at: 20 * minute, fault }] })).toEqual(healthy);
  });

  it('is a node that joins long after the rotation', () => {
    const fault = { kind: 'join', nodes: node('n3') } as const;
    const joined = withFault({ absent: ['n3'], faults: [{ at: 20 * minute, fault }] });
    expect(joined).toEqual(healthy);
  });

  it('is a node that left before the rotation', () => {
    const fault = { kind: 'leave', nodes: node('n3') } as const;
    expect(withFault({ faults: [{ at: second, fault }] })).toEqual(healthy);
  });

  it('is a reboot without a rotation', () => {
    const fault = { kind: 'reboot', nodes: node('n2'), downtime: 5 * second } as const;
    const { verdict } = rehearse(
      smallScenario({ procedure: quiet, faults: [{ at: minute, fault }] }),
    );
    expect(verdict).toMatchObject({ kind: 'unsafe', margin: undefined });
  });
});

it('counts each of several rotations', () => {
  const twice = marginOf(
    smallScenario({
      nodes: 2,
      procedure: [...rotateThenWait(8 * minute), ...rotateAtOneMinute],
      delayOverrides: late('n1', 100 * second),
    }),
  );
  expect(twice.neededRotationDuration).toBe(92 * second);
});
