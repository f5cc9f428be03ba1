import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import { ciliumReleases } from '../model/release.ts';
import { record } from './test-support/recording.ts';
import { clusterWith, node, rotate, scenarioWith, uniform, wait } from './test-support/scenario.ts';

describe('the records of nodes', () => {
  it('never go back at a receiver, and the newest reaches everyone', () => {
    const hasty = scenarioWith({
      clusters: [clusterWith({ release: 'cilium-1.16' }), clusterWith({ name: 'west', id: 2 })],
      // News takes up to a minute, and there is something new every 5 s: later news overtakes earlier.
      delays: {
        secretSync: uniform(0, second),
        publish: uniform(0, 10 * second),
        mesh: uniform(0, minute),
        watch: uniform(0, minute),
      },
      traffic: [],
      procedure: [
        ...Array.from({ length: 6 }, () => [rotate, wait(5 * second)]).flat(),
        wait(5 * minute),
      ],
    });
    let overtaken = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const recording = record({ ...hasty, seed: String(seed) });
        const loads = recording.events('keyLoaded', { node: 'east/n1' }).map(({ keyId }) => keyId);
        for (const receiver of ['east/n2', 'west/n1']) {
          const seen = recording
            .events('nodeSeen', { node: receiver, peer: 'east/n1' })
            .map(({ keyId }) => keyId);
          // Key IDs grow from 3 to 9 here, so their order is that of the versions.
          expect(seen).toEqual([...seen].sort((one, other) => one - other));
          expect(seen.at(-1)).toBe(9);
          if (seen.length < loads.length - 1) overtaken += 1;
        }
      }),
      { numRuns: 10, seed: 1 },
    );
    expect(overtaken).toBeGreaterThan(5);
  });

  it.each(ciliumReleases)('are listed by an agent that was down when they came (%s)', (release) => {
    const recording = record(
      scenarioWith({
        clusters: [clusterWith({ release })],
        procedure: [wait(minute), rotate, wait(3 * minute)],
        faults: [
          {
            at: 65 * second,
            fault: { kind: 'restartAgent', nodes: node('n1'), downtime: 35 * second },
          },
        ],
      }),
    );
    expect(recording.events('nodeSeen', { node: 'east/n1' })).toEqual([]);
    // It starts at 100 s, and knows at once what its peers have published at 71.2 s. Pods' key IDs
    // (v1.16, v1.17) follow within 10 s of that, before or after the start.
    const learnt = recording.times('peerKeySet', {
      node: 'east/n1',
      peer: 'east/n3',
      keyId: 4,
    });
    expect(learnt).toEqual([100 * second]);
    expect(recording.run.losses).toEqual([]);
  });

  it('of a node are not news to itself', () => {
    const recording = record(scenarioWith({ procedure: [rotate, wait(minute)] }));
    const seen = recording.events('nodeSeen');
    expect(seen).toHaveLength(6);
    expect(seen.filter((one) => one.node === one.peer)).toEqual([]);
  });

  it('are published when something in them has changed, not each time an agent starts', () => {
    const recording = record(
      scenarioWith({
        faults: [
          { at: second, fault: { kind: 'restartAgent', nodes: node('n1'), downtime: second } },
        ],
      }),
    );
    expect(recording.times('published', { node: 'east/n1' })).toEqual([0, 2 * second]);
    expect(recording.events('nodeSeen')).toEqual([]);
  });
});
