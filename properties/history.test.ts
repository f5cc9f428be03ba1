import { beforeEach, describe, expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import { fateNumber, simulate, Trace } from '../sim/index.ts';
import { FirstLossWatch } from './first-loss.ts';
import { History } from './history.ts';
import { node, smallScenario, type Wanted } from './test-support/scenario.ts';

/** What a run leaves behind. */
function historyOf(wanted: Wanted): History {
  const histories: History[] = [];
  simulate(smallScenario(wanted), {
    observe: (trace) => {
      histories.push(new History(trace));
    },
  });
  return histories[0] as History;
}

describe('the history of a rotation', () => {
  const history = historyOf({});
  const n1 = history.node(0);

  it('holds what the run begins with, and each key after it', () => {
    expect(n1.loads).toEqual([
      { at: 0, keyId: 3 },
      { at: 70 * second, keyId: 4 },
    ]);
    expect(n1.encryptMap).toEqual(n1.loads);
    expect(history.secretWrites).toEqual([[minute]]);
    expect(n1).toMatchObject({ boots: [], agentStarts: [], isUp: true, encryptKeyId: 4 });
  });

  it('holds when the old key went, and the duration that it was kept for', () => {
    expect(n1.rotationDuration).toBe(5 * minute);
    const deletedAt = n1.deletions.get(3) ?? 0;
    expect(deletedAt).toBeGreaterThanOrEqual(70 * second + 5 * minute);
    expect(deletedAt).toBeLessThanOrEqual(70 * second + 6 * minute);
    expect([...n1.deletions.keys()]).toEqual([3]);
  });

  it('holds the newest news of each ordered pair', () => {
    expect(history.knowsPairs).toBe(true);
    expect(history.peerKey(0, 1)).toEqual({ at: 72 * second, keyId: 4 });
    expect(history.inputKey(0, 1)).toEqual({ at: 70 * second, keyId: 4 });
  });

  it('has no node beyond the last', () => {
    expect(() => history.node(3)).toThrow('no node 3');
  });
});

describe('the history of a node that goes', () => {
  const procedure = [{ kind: 'wait', duration: 2 * minute }] as const;

  it('forgets what was in the memory of a kernel that is down', () => {
    const fault = { kind: 'reboot', nodes: node('n2'), downtime: 10 * minute } as const;
    const history = historyOf({ procedure, faults: [{ at: minute, fault }] });
    expect(history.node(1)).toMatchObject({ isUp: false, encryptKeyId: 0 });
    expect(history.peerKey(1, 0).keyId).toBe(0);
    expect(history.inputKey(1, 0).keyId).toBe(0);
    expect(history.peerKey(0, 1).keyId).toBe(3);
  });

  it('notes boots and the starts of agents', () => {
    const reboot = { kind: 'reboot', nodes: node('n2'), downtime: 10 * second } as const;
    const restart = { kind: 'restartAgent', nodes: node('n1'), downtime: 5 * second } as const;
    const history = historyOf({
      procedure,
      faults: [
        { at: minute, fault: reboot },
        { at: minute, fault: restart },
      ],
    });
    expect(history.node(1)).toMatchObject({ boots: [70 * second], agentStarts: [70 * second] });
    expect(history.node(0)).toMatchObject({ boots: [], agentStarts: [65 * second] });
    expect(history.node(1)).toMatchObject({ isUp: true, encryptKeyId: 3 });
  });

  it('forgets a peer that has left', () => {
    const fault = { kind: 'leave', nodes: node('n2') } as const;
    const history = historyOf({ procedure, faults: [{ at: minute, fault }] });
    expect(history.peerKey(0, 1).keyId).toBe(0);
    expect(history.peerKey(0, 2).keyId).toBe(3);
  });
});

it('does not remember pairs of very many nodes', () => {
  const nodes = Array.from({ length: 2049 }, (_, index) => `east/n${index + 1}`);
  const history = new History(new Trace({ clusters: ['east'], nodes }));
  expect(history.knowsPairs).toBe(false);
  expect(history.peerKey(0, 1)).toEqual({ at: 0, keyId: 0 });
});

describe('the watch for the first loss', () => {
  let trace: Trace;
  let watch: FirstLossWatch;
  const fate = (name: Parameters<typeof fateNumber>[0]): number => fateNumber(name);

  beforeEach(() => {
    trace = new Trace({ clusters: ['east'], nodes: ['east/n1', 'east/n2'] });
    watch = new FirstLossWatch(trace, new History(trace));
    trace.record('keyLoaded', 0, 0, 3);
    trace.record('keyLoaded', 0, 1, 3);
    trace.record('peerKeySet', 1, 0, 1, 3);
  });

  it('passes over what encryption is not to blame for', () => {
    for (const name of ['delivered', 'nodeDown', 'networkCut', 'noEndpoint'] as const) {
      trace.record('packetFate', 5, 0, 1, 4, 3, 1, fate(name));
    }
    expect(watch.evidence).toBeUndefined();
  });

  it('keeps the first violation with what was known at that instant', () => {
    trace.record('packetFate', 6, 0, 1, 6, 3, 1, fate('XfrmInNoStates'));
    trace.record('packetFate', 7, 1, 0, 4, 3, 1, fate('XfrmOutPolBlock'));
    trace.record('keyLoaded', 8, 1, 4);
    expect(watch.evidence).toMatchObject({
      at: 6,
      sender: 0,
      receiver: 1,
      family: 6,
      keyId: 3,
      fate: 'XfrmInNoStates',
      receiverKey: { at: 0, keyId: 3 },
      believed: { at: 1, keyId: 3 },
      deletedAtReceiver: undefined,
    });
  });

  it('knows since when a node that went down knows nothing', () => {
    trace.record('nodeChanged', 4, 0, trace.text('down'));
    trace.record('nodeChanged', 5, 0, trace.text('booting'));
    trace.record('nodeChanged', 5, 0, trace.text('running'));
    trace.record('packetFate', 6, 0, 1, 4, 0, 0, fate('plaintext'));
    expect(watch.evidence?.believed).toEqual({ at: 4, keyId: 0 });
  });

  it('notes what comes too late, of that pair alone', () => {
    trace.record('packetFate', 6, 0, 1, 4, 3, 1, fate('XfrmInNoStates'));
    trace.record('peerKeySet', 7, 1, 0, 4);
    trace.record('stateAdded', 7, 0, 1, 3, 0);
    trace.record('stateAdded', 7, 1, 0, 3, 1);
    expect([watch.learnt, watch.installed]).toEqual([undefined, undefined]);
    trace.record('peerKeySet', 8, 0, 1, 4);
    trace.record('stateAdded', 9, 1, 0, 3, 0);
    trace.record('peerKeySet', 10, 0, 1, 5);
    expect(watch.learnt).toEqual({ at: 8, keyId: 4 });
    expect(watch.installed).toEqual({ at: 9, keyId: 3 });
  });
});
