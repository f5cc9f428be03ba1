import { describe, expect, it } from 'vitest';
import { ciliumReleases } from '../model/release.ts';
import { minute, second } from '../model/time.ts';
import type { Scenario, Step } from './scenario.ts';
import { record } from './test-support/recording.ts';
import {
  clusterWith,
  type ClusterWanted,
  rotate,
  scenarioWith,
  trafficOf,
  wait,
} from './test-support/scenario.ts';

/** Two clusters of two nodes with one key, each pod probing all others. */
function mesh(procedure: readonly Step[], cluster: ClusterWanted = {}): Scenario {
  return scenarioWith({
    clusters: [
      clusterWith({ nodes: 2, ...cluster }),
      clusterWith({ nodes: 2, ...cluster, name: 'west', id: 2 }),
    ],
    traffic: [trafficOf({ every: 2 * second })],
    procedure,
  });
}

const both: Step = { kind: 'rotate', clusters: ['east', 'west'] };

function across(fateThere: string, fateBack: string): ReadonlySet<string> {
  const pairs = ['n1', 'n2'].flatMap((one) => ['n1', 'n2'].map((other) => [one, other]));
  return new Set(
    pairs.flatMap(([one, other]) => [
      `east/${one} > west/${other}: ${fateThere}`,
      `west/${one} > east/${other}: ${fateBack}`,
    ]),
  );
}

describe.each(ciliumReleases)('two clusters of %s with one key', (release) => {
  it('reach each other, before, during and after a rotation of both', () => {
    const recording = record(mesh([wait(minute), both, wait(8 * minute)], { release }));
    expect(recording.run.losses).toEqual([]);
    // 12 ordered pairs, each 2 s of 9 minutes.
    expect(recording.run.packets.delivered).toBe(12 * 270);
    // 2 directions x 3 remote nodes, be they of this cluster or not.
    expect(recording.keysInUse('west/n2')).toEqual([6, 12, 6]);
  });

  it('are cut off from each other if only one of them is rotated', () => {
    // East has key 4 and hears key 3 of west, west has key 3 and hears key 4: both choose 3, the older
    // one, and all is well until east gives it up 5 min to 6 min after its load. Then what west sends
    // finds no state there, and what east wants to send finds no policy of key 3 and falls to the
    // default drop. Within the clusters all go on.
    const recording = record(mesh([wait(minute), rotate, wait(10 * minute)], { release }));
    expect(recording.losses()).toEqual(across('XfrmOutPolBlock', 'XfrmInNoStates'));
    const first = Math.min(...recording.run.losses.map(({ firstAt }) => firstAt));
    expect(first).toBeGreaterThanOrEqual(minute + 11 * second + 5 * minute);
    for (const name of ['west/n1', 'west/n2']) expect(recording.counters(name)).toEqual({});
  });

  it('are together again once the other one has the same secret', () => {
    const copy: Step = { kind: 'copySecret', from: 'east', to: 'west' };
    const recording = record(
      mesh([wait(minute), rotate, wait(10 * minute), copy, wait(8 * minute)], { release }),
    );
    const last = Math.max(...recording.run.losses.map(({ lastAt }) => lastAt));
    // West loads the key 11 s after the copy. The news takes 1 s to get to east, and 10 s more where
    // pods have key IDs of their own; then a probe is sent each 2 s.
    expect(last).toBeGreaterThan(11 * minute);
    expect(last).toBeLessThan(11 * minute + 11 * second + second + 10 * second + 2 * second);
  });
});

describe('two clusters that are rotated one by one', () => {
  it('have two keys under one key ID, and decrypt nothing of each other any more', () => {
    // The procedure makes a new random key each time: key 4 of east is not key 4 of west. As soon as
    // two nodes both announce key 4, they use it. Both ends' states are new, so that the
    // sequence numbers fit and the packets fail by their ICV.
    const west: Step = { kind: 'rotate', clusters: ['west'] };
    const recording = record(mesh([wait(minute), rotate, west, wait(3 * minute)]));
    expect(recording.losses()).toEqual(across('XfrmInStateProtoError', 'XfrmInStateProtoError'));
    const within = recording.events('packetFate', { sender: 'east/n1', receiver: 'east/n2' });
    expect(new Set(within.map(({ fate }) => fate))).toEqual(new Set(['delivered']));
  });
});
