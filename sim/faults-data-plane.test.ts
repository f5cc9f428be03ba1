import { describe, expect, it } from 'vitest';
import { millisecond, minute, second } from '../model/time.ts';
import type { Fault, FaultPlan } from './scenario.ts';
import { record, type Recording } from './test-support/recording.ts';
import {
  constant,
  everyNode,
  node,
  rotate,
  type ScenarioWanted,
  scenarioWith,
  wait,
} from './test-support/scenario.ts';

function during(faults: readonly FaultPlan[], wanted: ScenarioWanted = {}): Recording {
  return record(scenarioWith({ procedure: [wait(3 * minute)], faults, ...wanted }));
}

const n3 = node('n3');

describe('pods that are deleted', () => {
  const deletion = (from: number, to: number, routeRacePerMille: number): FaultPlan => ({
    at: from * second,
    fault: { kind: 'deletePods', nodes: n3, duration: (to - from) * second, routeRacePerMille },
  });

  it('are not there for what was sent to them, and send nothing', () => {
    const recording = during([deletion(60, 80, 0)]);
    expect(recording.losses()).toEqual(
      new Set(['east/n1 > east/n3: noEndpoint', 'east/n2 > east/n3: noEndpoint']),
    );
    // The probes of second 60 to 79, of two senders.
    expect(recording.lossesBy('noEndpoint')).toBe(40);
    expect(recording.counters('east/n3')).toEqual({});
    const sent = recording.times('packetSent', { sender: 'east/n3' });
    expect(sent.filter((at) => at >= minute && at < 80 * second)).toEqual([]);
    expect(sent).toHaveLength(2 * (180 - 20));
  });

  it('are counted as XfrmFwdHdrError where the route race hits', () => {
    const always = during([deletion(60, 80, 1000)]);
    expect(always.lossesBy('XfrmFwdHdrError')).toBe(40);
    expect(always.counters('east/n3')).toEqual({ XfrmFwdHdrError: 40 });
    const sometimes = during([deletion(60, 80, 500)]);
    const hits = sometimes.lossesBy('XfrmFwdHdrError');
    expect(hits).toBeGreaterThan(5);
    expect(hits + sometimes.lossesBy('noEndpoint')).toBe(40);
    expect(sometimes.counters('east/n3')).toEqual({ XfrmFwdHdrError: hits });
  });

  it('are back when the last of two deletions is over', () => {
    const recording = during([deletion(60, 80, 1000), deletion(70, 90, 0)]);
    // The race of the first one hits from 60 s to 79 s; from 80 s to 89 s there is none.
    expect(recording.lossesBy('XfrmFwdHdrError')).toBe(40);
    expect(recording.lossesBy('noEndpoint')).toBe(20);
    const late = recording.events('packetFate', { receiver: 'east/n3', fate: 'delivered' });
    expect(late.filter(({ at }) => at >= 90 * second)).toHaveLength(2 * 90);
  });
});

describe('memory pressure', () => {
  const pressure = (from: number, to: number, dropPerMille: number): FaultPlan => ({
    at: from * second,
    fault: { kind: 'memoryPressure', nodes: n3, duration: (to - from) * second, dropPerMille },
  });

  it('drops what is received, as XfrmInError', () => {
    const recording = during([pressure(60, 80, 1000)]);
    expect(recording.losses()).toEqual(
      new Set(['east/n1 > east/n3: XfrmInError', 'east/n2 > east/n3: XfrmInError']),
    );
    expect(recording.counters('east/n3')).toEqual({ XfrmInError: 40 });
    expect(recording.counters('east/n1')).toEqual({});
  });

  it('adds up, and ends as it began', () => {
    const recording = during([pressure(60, 80, 400), pressure(70, 90, 600)]);
    const drops = recording
      .events('packetFate', { receiver: 'east/n3', fate: 'XfrmInError' })
      .map(({ at }) => at);
    const within = (from: number, to: number): number =>
      drops.filter((at) => at >= from * second && at < to * second).length;
    expect(within(70, 80)).toBe(20);
    expect(within(60, 70)).toBeGreaterThan(0);
    expect(within(60, 70)).toBeLessThan(20);
    expect(within(80, 90)).toBeGreaterThan(0);
    expect(within(80, 90)).toBeLessThan(20);
    expect(within(0, 60) + within(90, 180)).toBe(0);
  });
});

describe('an asynchronous crypto engine', () => {
  const engine = (from: number, to: number, latency: number): FaultPlan => ({
    at: from * second,
    fault: { kind: 'asyncCrypto', nodes: n3, duration: (to - from) * second, latency },
  });
  const arrivals = (recording: Recording): readonly number[] =>
    recording
      .events('packetFate', { sender: 'east/n1', receiver: 'east/n3', fate: 'delivered' })
      .map(({ at }) => at);

  it('holds what is received for its latency, and loses nothing', () => {
    const recording = during([engine(60, 80, 300 * millisecond)]);
    expect(recording.lost).toBe(0);
    const late = arrivals(recording).filter((at) => at % second === 301 * millisecond);
    expect(late).toHaveLength(20);
    expect(late[0]).toBe(60_301 * millisecond);
    expect(arrivals(recording)).toHaveLength(180);
  });

  it('adds to another, and ends as it began', () => {
    const recording = during([
      engine(60, 80, 300 * millisecond),
      engine(70, 90, 200 * millisecond),
    ]);
    const after = (waited: number): number =>
      arrivals(recording).filter((at) => at % second === waited * millisecond).length;
    expect([after(1), after(301), after(501), after(201)]).toEqual([150, 10, 10, 10]);
  });

  it('drops, as XfrmInStateInvalid, what waits with a state that is deleted meanwhile', () => {
    // n1's packet of 70 s arrives at 70.001 s and comes out of the engine at 70.601 s; n3 hears at
    // 70.5 s that n1 has left, and deletes its states. n1 sends nothing more.
    const recording = during([
      engine(60, 80, 600 * millisecond),
      { at: 70 * second + 1, fault: { kind: 'leave', nodes: node('n1') } },
    ]);
    const [deletedAt] = recording.times('stateDeleted', { node: 'east/n3', peer: 'east/n1' });
    expect(deletedAt).toBeGreaterThan(70_001 * millisecond);
    expect(deletedAt).toBeLessThan(70_601 * millisecond);
    expect(
      recording.events('packetFate', { receiver: 'east/n3', fate: 'XfrmInStateInvalid' }),
    ).toEqual([expect.objectContaining({ at: 70_601 * millisecond, sender: 'east/n1', spi: 3 })]);
    expect(recording.counters('east/n3')).toEqual({ XfrmInStateInvalid: 1 });
  });

  it('is left out where no node ID is known, and while the node is down', () => {
    const faults: readonly FaultPlan[] = [
      engine(60, 180, 600 * millisecond),
      { at: 70.5 * second, fault: { kind: 'reboot', nodes: n3, downtime: 20 * second } },
    ];
    const recording = during(faults);
    const down = recording.events('packetFate', { receiver: 'east/n3', fate: 'nodeDown' });
    // What both sent at 71 s to 90 s does not wait; what they sent at 70 s waits when it goes down.
    expect(down.filter(({ at }) => at % second === millisecond)).toHaveLength(2 * 20);
    expect(down.filter(({ at }) => at === 70_601 * millisecond)).toHaveLength(2);
    expect(down.length).toBe(2 * 20 + 2);
  });

  it('is left out by what finds no state: that is dropped at once', () => {
    const recording = during([
      engine(60, 180, 600 * millisecond),
      { at: 70.5 * second, fault: { kind: 'deleteXfrmStates', nodes: n3, direction: 'in' } },
    ]);
    const [first] = recording.events('packetFate', { receiver: 'east/n3', fate: 'XfrmInNoStates' });
    expect(first?.at).toBe(71_001 * millisecond);
  });
});

describe('an operation that fails', () => {
  type Failure = Extract<Fault, { kind: 'failOperation' }>;
  const failing = (operation: Failure['operation'], times: number): FaultPlan => ({
    at: 60 * second,
    fault: { kind: 'failOperation', nodes: node('n1'), operation, errno: 'ENOMEM', times },
  });
  const rotation = { procedure: [wait(minute), rotate, wait(5 * minute)] };

  it('fails as often as it is told to, from then on', () => {
    const recording = during([failing('xfrmStateAdd', 3)], rotation);
    const failures = recording.events('operationFailed');
    expect(failures.map(({ at, node: at_, operation }) => [at, at_, operation])).toEqual(
      // n1 loads the key 11 s after the change and adds its states at once.
      Array.from({ length: 3 }, () => [71 * second, 'east/n1', 'xfrmStateAdd']),
    );
    const message = 'Unable to replace XFRM state: ENOMEM';
    expect(recording.events('log', { node: 'east/n1', message })).toHaveLength(3);
  });

  it('leaves a gap that the background sync closes', () => {
    // n1 is the last to load the key, at 101 s, so that no news of a peer has it look again. All four
    // states of the new key fail, and the encrypt map is set all the same: what n1 sends has no policy
    // of key 4 and falls to the default drop; what it receives has no state.
    const recording = during([failing('xfrmStateAdd', 4)], {
      ...rotation,
      delayOverrides: [
        { delay: 'secretSync', value: constant(40 * second), at: node('n1'), from: everyNode },
      ],
    });
    expect(recording.counters('east/n1')).toEqual({
      XfrmInNoStates: recording.lossesBy('XfrmInNoStates'),
      XfrmOutPolBlock: recording.lossesBy('XfrmOutPolBlock'),
    });
    expect(recording.lossesBy('XfrmInNoStates')).toBeGreaterThan(0);
    expect(recording.lossesBy('XfrmOutPolBlock')).toBeGreaterThan(0);
    // A round over 3 nodes takes 1 min x ln 4 = 83.2 s; two rounds' worth bounds when one was met.
    const last = Math.max(...recording.run.losses.map(({ lastAt }) => lastAt));
    expect(last).toBeLessThan(101 * second + 2 * 83.2 * second);
    expect(recording.keysInUse('east/n1').at(-1)).toBe(8);
  });

  it('of one kind leaves others alone, and two faults fail one operation each in turn', () => {
    const recording = during([failing('xfrmPolicyDelete', 1), failing('encryptMapUpdate', 1)], {
      procedure: [wait(minute), rotate, wait(20 * second), rotate, wait(20 * second)],
    });
    // The encrypt map fails once: n1 stays with key 3 until the next rotation sets it to 5.
    expect(recording.events('operationFailed').map(({ operation }) => operation)).toEqual([
      'encryptMapUpdate',
    ]);
    const set = recording.events('encryptMapSet', { node: 'east/n1' }).map(({ keyId }) => keyId);
    expect(set).toEqual([3, 5]);
  });
});
