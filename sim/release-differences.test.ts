import { describe, expect, it } from 'vitest';
import type { CiliumRelease } from '../model/release.ts';
import { minute, millisecond, second } from '../model/time.ts';
import { record, type Recording } from './test-support/recording.ts';
import {
  clusterWith,
  constant,
  everyNode,
  node,
  rotate,
  scenarioWith,
  trafficOf,
  wait,
} from './test-support/scenario.ts';

/**
 * n1 and n2 have the new key 11 s after the secret's change. n3 has it at 61 s, and takes 1 s for
 * each of its four states. A peer learns its key ID 0.2 s + 0.3 s after it was published.
 */
function announcingSlowly(release: CiliumRelease): Recording {
  return record(
    scenarioWith({
      clusters: [clusterWith({ release })],
      delays: { install: constant(second) },
      delayOverrides: [
        { delay: 'secretSync', value: constant(minute), at: node('n3'), from: everyNode },
      ],
      traffic: [trafficOf({ every: 100 * millisecond })],
      procedure: [wait(minute), rotate, wait(4 * minute)],
    }),
  );
}

const loadOfSlowNode = 2 * minute + second;

describe('a node that installs slowly', () => {
  it('loses what peers already send with its new key, if it announces it before (v1.18)', () => {
    const recording = announcingSlowly('cilium-1.18');
    expect(recording.timeOf('published', { node: 'east/n3', keyId: 4 })).toBe(loadOfSlowNode);
    expect(recording.losses()).toEqual(
      new Set(['east/n1 > east/n3: XfrmInNoStates', 'east/n2 > east/n3: XfrmInNoStates']),
    );
    // The first peer's states are added at 0 s (out) and 1 s (in) after the load, the second's at 2 s
    // and 3 s. Both switch at 0.5 s: one loses 0.5 s of probes, the other 2.5 s.
    const counts = recording.run.losses.map(({ count }) => count).sort((a, b) => a - b);
    expect(counts).toEqual([5, 25]);
    expect(recording.run.losses.map(({ firstAt }) => firstAt)).toEqual([
      loadOfSlowNode + 501 * millisecond,
      loadOfSlowNode + 501 * millisecond,
    ]);
    expect(recording.counters('east/n3')).toEqual({ XfrmInNoStates: 30 });
  });

  it('loses nothing if it announces the key after it (v1.19)', () => {
    const recording = announcingSlowly('cilium-1.19');
    // Four states, 1 s each.
    expect(recording.timeOf('published', { node: 'east/n3', keyId: 4 })).toBe(
      loadOfSlowNode + 4 * second,
    );
    expect(recording.run.losses).toEqual([]);
  });
});

describe('the key IDs of pods', () => {
  const beat = 10 * second;
  const spread = 500 * millisecond; // publish and watch
  const pods = 6;

  function changes(release: CiliumRelease): readonly (readonly number[])[] {
    const recording = record(
      scenarioWith({
        clusters: [clusterWith({ release, podsPerNode: pods })],
        traffic: [],
        procedure: [wait(minute), rotate, wait(8 * minute), rotate, wait(8 * minute)],
      }),
    );
    return [4, 5].map((keyId) => {
      const loaded = recording.timeOf('keyLoaded', { node: 'east/n2', keyId });
      return recording
        .times('peerKeySet', { node: 'east/n1', peer: 'east/n2', keyId })
        .map((at) => at - loaded);
    });
  }

  it('change at the beats of the pods, within 10 s, up to v1.17', () => {
    for (const release of ['cilium-1.16', 'cilium-1.17'] as const) {
      const [first = [], second = []] = changes(release);
      expect(first).toHaveLength(pods);
      expect(new Set(first).size).toBe(pods);
      for (const after of first) {
        expect(after).toBeGreaterThanOrEqual(spread);
        expect(after).toBeLessThan(beat + spread);
      }
      // Both loads are 11 s after a whole minute, so the beats of the next rotation come as late.
      expect(second).toEqual(first);
    }
  });

  it('are the one of the node since v1.18', () => {
    expect(changes('cilium-1.18')).toEqual([[spread], [spread]]);
    expect(changes('cilium-1.19')).toEqual([[spread], [spread]]);
  });
});

describe('keys without a plus', () => {
  it('are one key for all states in v1.16, and per tunnel since v1.17', () => {
    const keysInUse = (release: CiliumRelease): readonly number[] =>
      record(
        scenarioWith({
          clusters: [
            clusterWith({ release, secret: `3 rfc4106(gcm(aes)) ${'00'.repeat(20)} 128` }),
          ],
        }),
      ).keysInUse('east/n1');
    expect(keysInUse('cilium-1.16')).toEqual([1]);
    // 2 directions x 2 remote nodes.
    expect(keysInUse('cilium-1.17')).toEqual([4]);
  });
});
