import { describe, expect, it } from 'vitest';
import { ciliumReleases } from '../model/release.ts';
import { minute, second } from '../model/time.ts';
import { record } from './test-support/recording.ts';
import {
  clusterWith,
  constant,
  rotate,
  scenarioWith,
  secretText,
  trafficOf,
  uniform,
  wait,
} from './test-support/scenario.ts';

const rotationDuration = 5 * minute;
const names = ['east/n1', 'east/n2', 'east/n3'] as const;

/** Three dual-stack nodes; "within 1 minute" is Cilium's own word for how long a secret takes. */
describe.each(ciliumReleases)('a healthy rotation of %s', (release) => {
  const recording = record(
    scenarioWith({
      clusters: [clusterWith({ release, settings: { families: [4, 6] } })],
      delays: { secretSync: uniform(0, minute) },
      traffic: [trafficOf({ families: [4, 6] })],
      // 1m until the last node has the key, 5m until its states may go, 1m until they do.
      procedure: [wait(2 * minute), rotate, wait(8 * minute)],
    }),
  );

  // 2 directions x 2 remote nodes x 2 families: 8 keys, and as many again of the other key ID.
  it.each(names)('shows 8 keys in use, then 16, then 8 on %s', (name) => {
    expect(recording.keysInUse(name)).toEqual([8, 16, 8]);
  });

  it('loses nothing and counts nothing', () => {
    expect(recording.run.losses).toEqual([]);
    // 6 ordered pairs x 2 families, each second of 10 minutes: at 0 s, …, 599 s.
    expect(recording.run.packets).toEqual({ sent: 7200, delivered: 7200, inFlight: 0 });
    for (const name of names) expect(recording.counters(name)).toEqual({});
  });

  it.each(names)('removes the old states on %s a rotation duration after its own load', (name) => {
    const [, loaded = 0] = recording.times('keyLoaded', { node: name });
    const removed = recording.times('stateDeleted', { node: name, spi: 3 });
    expect(removed).toHaveLength(8);
    for (const at of removed) {
      expect(at).toBeGreaterThanOrEqual(loaded + rotationDuration);
      // The reclaimer looks once a minute.
      expect(at).toBeLessThanOrEqual(loaded + rotationDuration + minute);
    }
    expect(recording.events('stateDeleted', { node: name, spi: 4 })).toEqual([]);
  });

  it('has all of them on the new key in the end', () => {
    expect(recording.run.nodes.map(({ loadedKeyId }) => loadedKeyId)).toEqual([4, 4, 4]);
    const last = recording.events('packetSent').slice(-12);
    expect(new Set(last.map(({ spi }) => spi))).toEqual(new Set([4]));
  });
});

describe('rotations one after another', () => {
  // From key ID 3: after 15 comes 1, and the 20th one ends at 3 + 20 - 15 = 8.
  const keyIds = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 1, 2, 3, 4, 5, 6, 7, 8];

  it.each(ciliumReleases)('lose nothing 20 times in a row with %s', (release) => {
    const recording = record(
      scenarioWith({
        clusters: [clusterWith({ release, secret: secretText(3), settings: { families: [4, 6] } })],
        // The node that is late makes pairs live with two key IDs for a while each time.
        delays: { secretSync: uniform(0, minute), install: constant(20_000) },
        traffic: [trafficOf({ every: 5 * second, families: [4, 6] })],
        procedure: keyIds.flatMap(() => [rotate, wait(8 * minute)]),
      }),
    );
    for (const name of names) {
      const loads = recording.events('keyLoaded', { node: name }).map(({ keyId }) => keyId);
      expect(loads).toEqual([3, ...keyIds]);
      expect(recording.keysInUse(name).filter((count) => count === 8)).toHaveLength(21);
      expect(recording.counters(name)).toEqual({});
    }
    expect(recording.run.losses).toEqual([]);
    expect(recording.run.end).toEqual({ kind: 'finished', at: 20 * 8 * minute });
  });

  it('lose packets if the next one comes before every old state is gone, across the wrap', () => {
    // 14 -> 15 -> 1 within a minute, while n3 still has 14: 14 and 1 are two rotations apart, and
    // `get_min_encrypt_key` then takes 1, which n3 does not have.
    const recording = record(
      scenarioWith({
        clusters: [clusterWith({ secret: secretText(14) })],
        delayOverrides: [
          {
            delay: 'secretSync',
            value: constant(3 * minute),
            at: { kind: 'node', cluster: 'east', node: 'n3' },
            from: { kind: 'all' },
          },
        ],
        procedure: [rotate, wait(minute), rotate, wait(minute)],
      }),
    );
    expect(recording.losses()).toEqual(
      new Set([
        'east/n1 > east/n3: XfrmInNoStates',
        'east/n2 > east/n3: XfrmInNoStates',
        // n3 chooses 1 towards those that advertise it, and has no policy for it.
        'east/n3 > east/n1: XfrmOutPolBlock',
        'east/n3 > east/n2: XfrmOutPolBlock',
      ]),
    );
  });
});
