import { describe, expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import type { CiliumRelease } from '../model/release.ts';
import type { FaultPlan, Step } from './scenario.ts';
import { record, type Recording } from './test-support/recording.ts';
import {
  clusterWith,
  constant,
  everyNode,
  node,
  rotate,
  type ScenarioWanted,
  scenarioWith,
  secretText,
  wait,
} from './test-support/scenario.ts';

const deleteSecret: Step = { kind: 'deleteSecret', cluster: 'east' };

function writeSecret(text: string): Step {
  return { kind: 'writeSecret', cluster: 'east', text };
}

function during(procedure: readonly Step[], wanted: ScenarioWanted = {}): Recording {
  return record(scenarioWith({ procedure, ...wanted }));
}

function restart(at: number): FaultPlan {
  return { at, fault: { kind: 'restartAgent', nodes: node('n1'), downtime: second } };
}

function loadsOf(recording: Recording, name = 'east/n1'): readonly number[] {
  return recording.events('keyLoaded', { node: name }).map(({ keyId }) => keyId);
}

describe('writes of the secret', () => {
  it('before the kubelet syncs become one new file: the newest', () => {
    // The sync of the first write is due after 10 s, and brings the second one, too.
    const recording = during([wait(minute), rotate, wait(4 * second), rotate, wait(minute)]);
    expect(recording.events('volumeUpdated', { node: 'east/n1' })).toEqual([
      { at: 70 * second, node: 'east/n1', version: 3 },
    ]);
    expect(loadsOf(recording)).toEqual([3, 5]);
    expect(recording.run.losses).toEqual([]);
  });

  it('before the agent reads the file are read twice: the newest each time', () => {
    const delays = { secretSync: constant(0), load: constant(5 * second) };
    const writes = [wait(minute), rotate, wait(2 * second), rotate, wait(minute)];
    const load = (release: CiliumRelease): Recording =>
      during(writes, { delays, clusters: [clusterWith({ release })] });
    expect(loadsOf(load('cilium-1.16'))).toEqual([3, 5, 5]);
    // Since v1.17 the second load is refused, for its key ID is the one that is loaded.
    const refused = load('cilium-1.17');
    expect(loadsOf(refused)).toEqual([3, 5]);
    expect(refused.times('log', { node: 'east/n1', level: 'error' })).toEqual([67 * second]);
  });

  it('of the same text change no file', () => {
    const recording = during([writeSecret(secretText(3)), wait(minute)]);
    expect(recording.events('secretWritten')).toHaveLength(1);
    expect(recording.events('volumeUpdated')).toEqual([]);
  });

  it('are not read by an agent without the key watcher, until it starts again', () => {
    const recording = during([rotate, wait(3 * minute)], {
      clusters: [clusterWith({ settings: { keyWatcher: false } })],
      faults: [restart(2 * minute)],
    });
    expect(recording.times('keyLoaded', { node: 'east/n1', keyId: 4 })).toEqual([121 * second]);
    expect(loadsOf(recording, 'east/n2')).toEqual([3]);
  });

  it('that are wrong leave the loaded key alone, and the next one is read', () => {
    const recording = during([writeSecret('nonsense'), wait(minute), rotate, wait(minute)]);
    // The documented procedure's arithmetic makes key ID 1 of a text without one.
    expect(loadsOf(recording)).toEqual([3, 1]);
    const [failure] = recording.events('log', { node: 'east/n1', level: 'error' });
    expect(failure?.message).toBe(
      'Failed to load IPsec keyfile: missing IPSec key or invalid format',
    );
  });
});

describe('a secret on which a real agent does what is not modelled', () => {
  it('ends the run without a verdict', () => {
    const text = secretText(3).replace('3+', '-1+');
    const recording = during([writeSecret(text), wait(minute)]);
    const end = recording.run.end;
    expect(end).toMatchObject({ kind: 'inconclusive', at: 11 * second });
    expect(end).toHaveProperty(
      'reason',
      'east/n1: key ID -1 is applied as SPI 255: what a real agent does then is not modelled',
    );
  });
});

describe('a secret that is deleted', () => {
  it('leaves running agents as they are', () => {
    const recording = during([wait(minute), deleteSecret, wait(10 * minute)]);
    expect(recording.timeOf('secretDeleted')).toBe(minute);
    expect(recording.events('volumeUpdated')).toEqual([]);
    expect(recording.run.losses).toEqual([]);
  });

  it('has agents that start again fail, and wait twice as long each time, 5 min at most', () => {
    const recording = during([wait(minute), deleteSecret, wait(30 * minute)], {
      faults: [restart(2 * minute)],
    });
    const exits = recording.events('agentExited', { node: 'east/n1' });
    expect(exits[0]).toMatchObject({ at: 121 * second, cause: 'failure' });
    expect(exits[0]?.message).toBe('open /etc/ipsec/keys: no such file or directory');
    const pauses = exits.slice(1).map(({ at }, index) => at - (exits[index]?.at ?? 0));
    const expected = [10, 20, 40, 80, 160, 300, 300, 300, 300].map((pause) => pause * second);
    expect(pauses).toEqual(expected);
    // XFRM goes on without the agent.
    expect(recording.run.losses).toEqual([]);
  });

  it('has them start when it is there again', () => {
    const recording = during(
      [wait(minute), deleteSecret, wait(2 * minute), writeSecret(secretText(4)), wait(5 * minute)],
      { faults: [restart(2 * minute)] },
    );
    // Attempts at 121 s, 131 s, 151 s; the one at 191 s finds the secret that was written at 180 s.
    expect(recording.times('keyLoaded', { node: 'east/n1', keyId: 4 })).toEqual([191 * second]);
    expect(recording.times('keyLoaded', { node: 'east/n2', keyId: 4 })).toEqual([191 * second]);
    const starts = [0, 121, 131, 151, 191].map((at) => at * second);
    expect(recording.times('agentStarted', { node: 'east/n1' })).toEqual(starts);
  });

  it('is tried no more by an agent whose machine is rebooted meanwhile: that starts one itself', () => {
    const recording = during([wait(minute), deleteSecret, wait(145 * second)], {
      faults: [
        restart(2 * minute),
        // Attempts at 121 s, 131 s, 151 s, and the next one would be at 191 s.
        {
          at: 160 * second,
          fault: { kind: 'reboot', nodes: node('n1'), downtime: 40 * second },
        },
      ],
    });
    const starts = [0, 121, 131, 151, 200].map((at) => at * second);
    expect(recording.times('agentStarted', { node: 'east/n1' })).toEqual(starts);
  });

  it('of one cluster leaves the other one of a mesh its own', () => {
    const recording = during([deleteSecret, wait(minute)], {
      clusters: [clusterWith({ nodes: 1 }), clusterWith({ name: 'west', id: 2, nodes: 1 })],
      faults: [
        {
          at: second,
          fault: { kind: 'restartAgent', nodes: { kind: 'all' }, downtime: second },
        },
      ],
    });
    expect(recording.node('west/n1').loadedKeyId).toBe(3);
    expect(recording.events('agentExited', { node: 'west/n1' })).toEqual([]);
    expect(recording.events('agentExited', { node: 'east/n1' })).not.toEqual([]);
  });

  it('has a node that reboots come up without a key', () => {
    const recording = during([deleteSecret, wait(minute)], {
      faults: [{ at: second, fault: { kind: 'reboot', nodes: node('n1'), downtime: second } }],
    });
    expect(recording.node('east/n1').loadedKeyId).toBe(0);
    expect(recording.node('east/n1').xfrm.stateCount).toBe(0);
  });

  it('twice is deleted once', () => {
    expect(during([deleteSecret, deleteSecret]).events('secretDeleted')).toHaveLength(1);
  });
});

describe('another key under the same key ID', () => {
  const same: Step = writeSecret(secretText(3, '11'));

  it('is refused by a running agent since v1.17, and taken after its restart', () => {
    for (const release of ['cilium-1.17', 'cilium-1.18', 'cilium-1.19'] as const) {
      const recording = during([wait(minute), same, wait(3 * minute)], {
        clusters: [clusterWith({ release })],
        faults: [restart(2 * minute)],
      });
      const errors = recording.events('log', { node: 'east/n2', level: 'error' });
      expect(errors.map(({ at, message }) => ({ at, message }))).toEqual([
        {
          at: 71 * second,
          message:
            'Failed to load IPsec keyfile: invalid SPI: changing IPSec keys requires incrementing the key id',
        },
      ]);
      // The new process has no key to compare with.
      expect(loadsOf(recording, 'east/n1')).toEqual([3, 3]);
      expect(loadsOf(recording, 'east/n2')).toEqual([3]);
    }
  });

  it('is taken by v1.16 at once, and hurts until the last agent has it', () => {
    const recording = during([wait(minute), same, wait(3 * minute)], {
      clusters: [clusterWith({ release: 'cilium-1.16' })],
      delayOverrides: [
        { delay: 'secretSync', value: constant(minute), at: node('n3'), from: everyNode },
      ],
    });
    expect(loadsOf(recording)).toEqual([3, 3]);
    // From 71 s to 121 s n3 has the old key under this ID. Its peers' new states count from 1, which
    // n3 has seen already; what n3 sends is new to them, and does not decrypt.
    expect(recording.losses()).toEqual(
      new Set([
        'east/n1 > east/n3: XfrmInStateSeqError',
        'east/n2 > east/n3: XfrmInStateSeqError',
        'east/n3 > east/n1: XfrmInStateProtoError',
        'east/n3 > east/n2: XfrmInStateProtoError',
      ]),
    );
    const last = Math.max(...recording.run.losses.map(({ lastAt }) => lastAt));
    expect(last).toBeLessThan(122 * second);
  });
});
