import { describe, expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import type { Fault } from './scenario.ts';
import type { Tampering } from './tamper.ts';
import { record, type Recording } from './test-support/recording.ts';
import { clusterWith, node, scenarioWith, wait } from './test-support/scenario.ts';

// Half a second past the full one, so that it falls between two probes.
const at = 30.5 * second;

function after(fault: Tampering | Fault, duration = minute): Recording {
  return record(scenarioWith({ procedure: [wait(duration)], faults: [{ at, fault }] }));
}

const n3 = node('n3');
/** The probes from 31 s to 59 s, of or to two peers. */
const probesLeft = 2 * 29;

describe('states that are deleted by hand', () => {
  it('of direction out leave what the node sends without one', () => {
    const recording = after({ kind: 'deleteXfrmStates', nodes: n3, direction: 'out' });
    expect(recording.counters('east/n3')).toEqual({ XfrmOutNoStates: probesLeft });
    expect(recording.losses()).toEqual(
      new Set(['east/n3 > east/n1: XfrmOutNoStates', 'east/n3 > east/n2: XfrmOutNoStates']),
    );
  });

  it('of direction in leave what the node receives without one', () => {
    const recording = after({ kind: 'deleteXfrmStates', nodes: n3, direction: 'in' });
    expect(recording.counters('east/n3')).toEqual({ XfrmInNoStates: probesLeft });
    expect(recording.counters('east/n1')).toEqual({});
  });

  it('are told to the trace, and not counted as keys any more', () => {
    const recording = after({ kind: 'deleteXfrmStates', nodes: n3, direction: 'out' });
    const deleted = recording.events('stateDeleted', { node: 'east/n3', at, spi: 3, output: 1 });
    expect(deleted.map(({ peer }) => peer).sort()).toEqual(['east/n1', 'east/n2']);
    expect(recording.times('stateDeleted')).toEqual([at, at]);
    expect(recording.keysInUse('east/n3').slice(-2)).toEqual([4, 2]);
  });

  it('come back with the background sync: the agent does not trust what another has touched', () => {
    // One round over 3 nodes takes 1 min x ln 4 = 83.2 s.
    const recording = after({ kind: 'deleteXfrmStates', nodes: n3, direction: 'out' }, 5 * minute);
    expect(recording.keysInUse('east/n3').at(-1)).toBe(4);
    const last = Math.max(...recording.run.losses.map(({ lastAt }) => lastAt));
    expect(last).toBeLessThan(at + 2 * 83.2 * second);
  });
});

describe('policies that are deleted by hand', () => {
  it('of direction out leave the one that blocks', () => {
    const recording = after({ kind: 'deleteXfrmPolicies', nodes: n3, direction: 'out' });
    expect(recording.counters('east/n3')).toEqual({ XfrmOutPolBlock: probesLeft });
  });

  it('of direction fwd leave decrypted packets without one', () => {
    const recording = after({ kind: 'deleteXfrmPolicies', nodes: n3, direction: 'fwd' });
    expect(recording.counters('east/n3')).toEqual({ XfrmInNoPols: probesLeft });
  });

  it('of direction in are not asked where packets are routed on to pods', () => {
    const recording = after({ kind: 'deleteXfrmPolicies', nodes: n3, direction: 'in' });
    expect(recording.lost).toBe(0);
  });
});

describe('out policies that are deleted where there is no default drop', () => {
  it('let out in plaintext what they were for', () => {
    const recording = record(
      scenarioWith({
        clusters: [clusterWith({ agent: 'omits-drop-policy' })],
        procedure: [wait(minute)],
        faults: [{ at, fault: { kind: 'deleteXfrmPolicies', nodes: n3, direction: 'out' } }],
      }),
    );
    expect(recording.lossesBy('plaintext')).toBe(probesLeft);
    expect(recording.counters('east/n3')).toEqual({});
  });
});

describe('a policy that is added by hand', () => {
  const added = (direction: 'in' | 'fwd', action: 'allow' | 'block'): Recording =>
    after({ kind: 'addXfrmPolicy', nodes: n3, direction, action });

  it('without a template does not fit packets that were decrypted', () => {
    expect(added('fwd', 'allow').counters('east/n3')).toEqual({ XfrmInTmplMismatch: probesLeft });
  });

  it('that blocks comes before all of Cilium', () => {
    const recording = added('fwd', 'block');
    expect(recording.counters('east/n3')).toEqual({ XfrmInPolBlock: probesLeft });
    expect(recording.counters('east/n1')).toEqual({});
  });

  it('of another direction touches nothing that is forwarded', () => {
    expect(added('in', 'block').lost).toBe(0);
  });
});

describe('sequence numbers that are set', () => {
  const set = (number: number): Recording =>
    after({ kind: 'setSequenceNumber', nodes: n3, number });

  it('go on from there, and the peers with them', () => {
    const recording = set(1_000_000);
    expect(recording.lost).toBe(0);
    const sent = recording.events('packetSent', { sender: 'east/n3', receiver: 'east/n1' });
    expect(sent.filter((one) => one.at > at)[0]).toMatchObject({ sequence: 1_000_001 });
    // What the node receives is counted by its peers, and left alone.
    const received = recording.events('packetSent', { sender: 'east/n1', receiver: 'east/n3' });
    expect(received.filter((one) => one.at > at)[0]).toMatchObject({ sequence: 32 });
  });
});
