import { describe, expect, it } from 'vitest';
import { minute, millisecond, second } from '../model/time.ts';
import { record } from './test-support/recording.ts';
import {
  clusterWith,
  constant,
  everyNode,
  node,
  rotate,
  type ScenarioWanted,
  scenarioWith,
  trafficOf,
  wait,
} from './test-support/scenario.ts';
import type { Scenario } from './scenario.ts';

/** The secret reaches n1 and n2 10 s after its writing, and n3 long after they gave up the old key. */
function slowNode(wanted: ScenarioWanted = {}): Scenario {
  return scenarioWith({
    delayOverrides: [
      { delay: 'secretSync', value: constant(10 * minute), at: node('n3'), from: everyNode },
    ],
    procedure: [wait(minute), rotate, wait(12 * minute)],
    ...wanted,
  });
}

describe('a node that is late', () => {
  const recording = record(slowNode());

  it('loses what it sends at its peers, and what they send to it there as well', () => {
    expect(recording.losses()).toEqual(
      new Set([
        'east/n3 > east/n1: XfrmInNoStates',
        'east/n3 > east/n2: XfrmInNoStates',
        'east/n1 > east/n3: XfrmOutPolBlock',
        'east/n2 > east/n3: XfrmOutPolBlock',
      ]),
    );
  });

  it('counts nothing itself', () => {
    expect(recording.counters('east/n3')).toEqual({});
    for (const name of ['east/n1', 'east/n2']) {
      expect(Object.keys(recording.counters(name))).toEqual(['XfrmInNoStates', 'XfrmOutPolBlock']);
    }
  });

  it('loses from its peers giving up the old key until it and they have all of the new one', () => {
    const reclaimed = recording.times('stateDeleted', { node: 'east/n1', spi: 3 })[0] ?? 0;
    const loaded = recording.times('keyLoaded', { node: 'east/n3', keyId: 4 })[0] ?? 0;
    // The secret was written at 1m, and takes 10 s, 10 min and 1 s more to be read.
    expect(loaded).toBe(11 * minute + second);
    const from = recording.run.losses.find(({ sender }) => sender === 'east/n3');
    const to = recording.run.losses.find(({ sender }) => sender === 'east/n1');
    // A probe a second: the first loss is within a second of the cause, and the last one, too.
    expect((from?.firstAt ?? 0) - reclaimed).toBeLessThan(second + millisecond);
    expect((to?.firstAt ?? 0) - reclaimed).toBeLessThan(second);
    // n3 sends with the new key from its load on: the probe of this very second still was too early.
    expect(from?.lastAt).toBe(loaded - second + millisecond);
    // The peers learn of it 0.2 s + 0.3 s after it published, so one more probe is lost.
    expect(to?.lastAt).toBe(loaded);
    expect((from?.count ?? 0) * second).toBeGreaterThan(4 * minute);
  });

  it('loses between the two passes of the reclaimer, too, if deleting takes time', () => {
    // Each state takes 50 ms to delete. n1 has 4 of key 3, so up to 200 ms pass before the first
    // policy goes: a probe each 100 ms meets the policy without its state.
    const slow = record(
      slowNode({
        delays: { install: constant(50 * millisecond) },
        traffic: [trafficOf({ every: 100 * millisecond })],
      }),
    );
    for (const name of ['east/n1', 'east/n2']) {
      const counters = slow.counters(name);
      const blind = slow.run.losses
        .filter(({ sender, fate }) => sender === name && fate === 'XfrmOutNoStates')
        .map(({ receiver }) => receiver);
      expect(blind).toEqual(['east/n3']);
      expect(counters.XfrmOutNoStates).toBeGreaterThanOrEqual(1);
      expect(counters.XfrmOutNoStates).toBeLessThanOrEqual(3);
      expect(Object.keys(counters)).toEqual([
        'XfrmInNoStates',
        'XfrmOutNoStates',
        'XfrmOutPolBlock',
      ]);
    }
    expect(slow.counters('east/n3')).toEqual({});
  });

  it('loses nothing if its peers keep the old key for longer than it is late', () => {
    const patient = record(
      slowNode({
        clusters: [clusterWith({ settings: { rotationDuration: 10 * minute } })],
        procedure: [wait(minute), rotate, wait(16 * minute)],
      }),
    );
    expect(patient.run.losses).toEqual([]);
    expect(patient.keysInUse('east/n1')).toEqual([4, 8, 4]);
  });
});
