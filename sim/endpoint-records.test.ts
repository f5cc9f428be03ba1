import { describe, expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import type { Fault, Step } from './scenario.ts';
import { record, type Recording } from './test-support/recording.ts';
import {
  act,
  clusterWith,
  node,
  rotate,
  scenarioWith,
  secretText,
  wait,
} from './test-support/scenario.ts';

function rehearse(procedure: readonly Step[], registry: 'crd' | 'kvstore' = 'crd'): Recording {
  const settings = { rotationDuration: 30 * minute };
  return record(
    scenarioWith({
      clusters: [clusterWith({ release: 'cilium-1.16', registry, podsPerNode: 3, settings })],
      procedure,
    }),
  );
}

function keyIdsOfPods(recording: Recording): ReadonlySet<number> {
  return new Set(recording.node('east/n1').maps.endpointKeyIds.values());
}

describe('the records of pods', () => {
  it('are written each 5 minutes with a kvstore: as long as the old key is kept by default', () => {
    const recording = rehearse([rotate, wait(6 * minute)], 'kvstore');
    const loaded = recording.timeOf('keyLoaded', { node: 'east/n2', keyId: 4 });
    const changed = recording.times('peerKeySet', { node: 'east/n1', peer: 'east/n2', keyId: 4 });
    expect(changed).toHaveLength(3);
    // Spread over the whole interval: the last of three is late, more than a CRD's beat allows.
    expect(Math.max(...changed) - loaded).toBeGreaterThan(10 * second);
    expect(Math.max(...changed) - loaded).toBeLessThanOrEqual(5 * minute + second);
    expect(keyIdsOfPods(recording)).toEqual(new Set([4]));
  });

  it('say what the key ID is at the beat, not what it was when it changed', () => {
    // Back to key 3 before the first beat after key 4: there is nothing to write.
    const back: Step = { kind: 'writeSecret', cluster: 'east', text: secretText(3) };
    const recording = rehearse([rotate, wait(12 * second), back, wait(12 * minute)], 'kvstore');
    const loads = recording.events('keyLoaded', { node: 'east/n2' }).map(({ keyId }) => keyId);
    expect(loads).toEqual([3, 4, 3]);
    expect(keyIdsOfPods(recording)).toEqual(new Set([3]));
    expect(recording.run.losses).toEqual([]);
  });

  const faults: readonly Fault[] = [
    { kind: 'crashAgent', nodes: node('n2'), downtime: minute },
    { kind: 'restartAgent', nodes: node('n2'), downtime: minute },
    { kind: 'pauseAgent', nodes: node('n2'), duration: minute },
  ];
  it.each(faults)('are not written while the agent that writes them is off: $kind', (fault) => {
    // The key is loaded at 11 s; the agent is off from right after it to 71 s.
    const recording = rehearse([rotate, wait(11 * second + 1), act(fault), wait(2 * minute)]);
    const changed = recording.times('peerKeySet', { node: 'east/n1', peer: 'east/n2', keyId: 4 });
    expect(changed).toHaveLength(3);
    expect(Math.min(...changed)).toBeGreaterThanOrEqual(71 * second);
    expect(Math.max(...changed)).toBeLessThanOrEqual(82 * second);
  });
});
