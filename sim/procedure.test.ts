import { describe, expect, it } from 'vitest';
import { hour, minute, second } from '../model/time.ts';
import type { Condition, FaultPlan, Step } from './scenario.ts';
import { record, type Recording } from './test-support/recording.ts';
import {
  act,
  cluster,
  clusterWith,
  constant,
  everyNode,
  node,
  rotate,
  type ScenarioWanted,
  scenarioWith,
  secretText,
  trafficOf,
  wait,
} from './test-support/scenario.ts';

function carryOut(procedure: readonly Step[], wanted: ScenarioWanted = {}): Recording {
  return record(scenarioWith({ procedure, traffic: [], ...wanted }));
}

function waitUntil(condition: Condition, timeout = 10 * minute): Step {
  return { kind: 'waitUntil', condition, timeout };
}

const everyoneHasKey4 = waitUntil({ kind: 'keyLoaded', nodes: everyNode, keyId: 4 });

describe('steps', () => {
  it('are taken one after another, and the run ends with the last one', () => {
    const recording = carryOut([wait(minute), rotate, wait(2 * minute), wait(0)]);
    expect(recording.events('stepDone')).toEqual([
      { at: minute, step: 1 },
      { at: minute, step: 2 },
      { at: 3 * minute, step: 3 },
      { at: 3 * minute, step: 4 },
    ]);
    expect(recording.run.end).toEqual({ kind: 'finished', at: 3 * minute });
  });

  it('may be none', () => {
    const { run } = carryOut([], { traffic: [trafficOf()] });
    expect(run.end).toEqual({ kind: 'finished', at: 0 });
    expect(run.packets.inFlight).toBe(0);
  });

  it('let packets that are under way arrive after the last one', () => {
    const recording = carryOut([wait(second)], {
      traffic: [trafficOf({ every: minute })],
      delays: { latency: constant(5 * second) },
    });
    expect(recording.run.end).toEqual({ kind: 'finished', at: second });
    expect(recording.run.packets).toEqual({ sent: 6, delivered: 6, inFlight: 0 });
  });

  it('act at once', () => {
    const fault = { kind: 'restartAgent', nodes: node('n1'), downtime: second } as const;
    const recording = carryOut([wait(minute), act(fault), wait(minute)]);
    expect(recording.timeOf('faultInjected', { fault: 'restartAgent' })).toBe(minute);
    expect(recording.timeOf('agentStopped')).toBe(minute);
  });
});

describe('a probe', () => {
  it('is sent between all pods for its duration, at its pace, beside all other traffic', () => {
    const step: Step = { kind: 'probe', every: 10 * second, duration: 30 * second };
    const recording = carryOut([wait(minute), step, wait(minute)], { traffic: [] });
    const from = recording.events('packetSent', { sender: 'east/n1', receiver: 'east/n2' });
    expect(from.map(({ at }) => at)).toEqual([60, 70, 80].map((at) => at * second));
    expect(recording.events('packetSent')).toHaveLength(3 * 6);
    expect(recording.timeOf('stepDone', { step: 2 })).toBe(90 * second);
  });
});

describe('traffic', () => {
  it('goes on to a node that has gone where clients hear of it late', () => {
    const faults: readonly FaultPlan[] = [
      { at: 30.5 * second, fault: { kind: 'leave', nodes: node('n3') } },
    ];
    const to = (toGone: boolean): number => {
      const traffic = [trafficOf({ from: node('n1'), to: node('n3'), toGone })];
      return carryOut([wait(minute)], { traffic, faults }).lossesBy('noNodeIdAtEgress');
    };
    expect(to(false)).toBe(0);
    // n1 hears of it at 31 s (0.2 s and 0.3 s), after that second's probe: those of 32 s to 59 s.
    expect(to(true)).toBe(28);
  });

  it('stops when it is to, and is of the nodes of the clusters that it names', () => {
    const traffic = [trafficOf({ from: cluster('west'), stopsAt: 10 * second })];
    const clusters = [clusterWith({ nodes: 1 }), clusterWith({ name: 'west', id: 2, nodes: 1 })];
    const sent = carryOut([wait(minute)], { traffic, clusters }).events('packetSent');
    expect(new Set(sent.map(({ sender }) => sender))).toEqual(new Set(['west/n1']));
    expect(sent).toHaveLength(10);
  });
});

describe('an operator who waits until', () => {
  it('something holds goes on when it does, looking once a second', () => {
    // Written at 0 s, in the file at 10 s, loaded at 11 s.
    const recording = carryOut([rotate, everyoneHasKey4]);
    expect(recording.run.end).toEqual({ kind: 'finished', at: 11 * second });
    const soon = { delays: { secretSync: constant(10 * second + 1) } };
    expect(carryOut([rotate, everyoneHasKey4], soon).run.end.at).toBe(12 * second);
  });

  it('something holds that held already does not wait', () => {
    const three = waitUntil({ kind: 'keyLoaded', nodes: everyNode, keyId: 3 });
    expect(carryOut([three]).run.end).toEqual({ kind: 'finished', at: 0 });
  });

  it('a number of keys is in use sees it grow and shrink', () => {
    const count = (keys: number): Step =>
      waitUntil({ kind: 'keysInUse', nodes: everyNode, count: keys });
    const recording = carryOut([count(4), rotate, count(8), count(4)]);
    const [before, , during = 0, after = 0] = recording.times('stepDone');
    expect(before).toBe(0);
    expect(during).toBe(11 * second);
    // The old states of all nodes are gone 5 min to 6 min after their loads at 11 s.
    expect(after).toBeGreaterThanOrEqual(5 * minute + 11 * second);
    expect(after).toBeLessThanOrEqual(6 * minute + 12 * second);
  });

  it('a rotation has settled waits for the last old state', () => {
    const settled = waitUntil({ kind: 'settled', nodes: everyNode });
    const recording = carryOut([settled, rotate, settled]);
    const states = recording.events('rotationChanged').map(({ state }) => state);
    expect(states).toEqual(['spreading', 'overlapping', 'settled']);
    const lastDeletion = Math.max(...recording.times('stateDeleted', { spi: 3 }));
    expect(recording.run.end.at - lastDeletion).toBeLessThanOrEqual(second);
    for (const name of ['east/n1', 'east/n2', 'east/n3']) {
      expect(recording.node(name).holdsOldStates).toBe(false);
    }
  });

  it('nodes have a key does not wait for those that are down', () => {
    const off = act({ kind: 'reboot', nodes: node('n3'), downtime: hour });
    expect(carryOut([off, rotate, everyoneHasKey4]).run.end).toEqual({
      kind: 'finished',
      at: 11 * second,
    });
  });

  it('something holds that never does gives up, and there is no verdict', () => {
    const five = waitUntil({ kind: 'keyLoaded', nodes: everyNode, keyId: 5 }, 30 * second);
    const recording = carryOut([wait(minute), rotate, five, wait(minute)]);
    expect(recording.run.end).toEqual({
      kind: 'inconclusive',
      at: 90 * second,
      reason: 'step 3 waited in vain: keyLoaded',
    });
    expect(recording.events('stepDone')).toHaveLength(2);
  });
});

describe('the documented rotation', () => {
  const mesh = [clusterWith(), clusterWith({ name: 'west', id: 2, secret: secretText(7) })];

  it('of several clusters writes the first one’s successor to all of them at once', () => {
    const steps: Step[] = [{ kind: 'rotate', clusters: ['east', 'west'] }, wait(2 * minute)];
    const recording = carryOut(steps, { clusters: mesh });
    expect(recording.keyFile('east/n1')).toMatch(/^4\+ rfc4106\(gcm\(aes\)\) [0-9a-f]{40} 128$/);
    expect(recording.keyFile('west/n1')).toBe(recording.keyFile('east/n1'));
    expect(recording.times('secretWritten')).toEqual([0, 0]);
  });

  it('makes another key each time, and with each seed', () => {
    const keys = ['1', '2'].flatMap((seed) => {
      const once = carryOut([rotate, wait(2 * minute)], { seed });
      const twice = carryOut([rotate, rotate, wait(2 * minute)], { seed });
      return [once, twice].map((recording) => recording.keyFile('east/n1').split(' ')[2]);
    });
    expect(new Set(keys).size).toBe(4);
  });

  it('makes key ID 1 of 15', () => {
    const clusters = [clusterWith({ secret: secretText(15) })];
    const recording = carryOut([rotate, wait(2 * minute)], { clusters });
    expect(recording.keyFile('east/n1')).toMatch(/^1\+ /);
  });

  it('that fails in the shell ends the run without a verdict', () => {
    const text = `${secretText(3)}\n${secretText(4)}`;
    const recording = carryOut([{ kind: 'writeSecret', cluster: 'east', text }, rotate]);
    expect(recording.run.end).toMatchObject({ kind: 'inconclusive', at: 0 });
    expect(recording.run.end).toHaveProperty(
      'reason',
      expect.stringMatching(/^the documented procedure fails: /),
    );
  });

  it('can be copied to another cluster later', () => {
    const copy: Step = { kind: 'copySecret', from: 'east', to: 'west' };
    const recording = carryOut([rotate, wait(minute), copy, wait(minute)], { clusters: mesh });
    expect(recording.keyFile('west/n1')).toBe(recording.keyFile('east/n1'));
    expect(recording.times('secretWritten', { cluster: 'west' })).toEqual([minute]);
    expect(recording.times('keyLoaded', { node: 'west/n1', keyId: 4 })).toEqual([71 * second]);
  });
});

describe('a changed configuration', () => {
  it('is what an agent has from its next start on', () => {
    const recording = carryOut([
      { kind: 'configure', cluster: 'east', settings: { rotationDuration: 10 * minute } },
      wait(minute),
      act({ kind: 'restartAgent', nodes: node('n1'), downtime: second }),
      wait(minute),
      rotate,
      wait(15 * minute),
    ]);
    expect(recording.events('agentStarted', { node: 'east/n1' })).toEqual([
      { at: 0, node: 'east/n1', rotationDuration: 5 * minute },
      { at: 61 * second, node: 'east/n1', rotationDuration: 10 * minute },
    ]);
    const loaded = 2 * minute + 11 * second;
    const [first = 0] = recording.times('stateDeleted', { node: 'east/n1', spi: 3 });
    const [other = 0] = recording.times('stateDeleted', { node: 'east/n2', spi: 3 });
    expect(first).toBeGreaterThanOrEqual(loaded + 10 * minute);
    expect(other).toBeLessThanOrEqual(loaded + 6 * minute);
  });
});

describe('an upgrade', () => {
  const upgrade: Step = {
    kind: 'upgrade',
    nodes: everyNode,
    release: 'cilium-1.19',
    downtime: 10 * second,
    interval: minute,
  };

  it('restarts one agent after another on the new release', () => {
    const recording = carryOut([wait(minute), upgrade, wait(second)]);
    const starts = recording.events('agentStarted').slice(3);
    expect(starts.map(({ at, node: name }) => [at, name])).toEqual([
      [70 * second, 'east/n1'],
      [130 * second, 'east/n2'],
      [190 * second, 'east/n3'],
    ]);
    // Done when the last one is back.
    expect(recording.times('stepDone')).toEqual([minute, 190 * second, 191 * second]);
    const profiles = recording.world.nodes.map(({ profile }) => profile.release);
    expect(profiles).toEqual(['cilium-1.19', 'cilium-1.19', 'cilium-1.19']);
  });

  it('changes the eBPF programs when the new agent starts, not before', () => {
    const releases: string[][] = [];
    const recording = record(
      scenarioWith({ procedure: [wait(minute), upgrade], traffic: [] }),
      [65, 75].map((at) => ({
        at: at * second,
        look: (world) => {
          releases.push(world.nodes.map((one) => one.datapathProfile.release));
        },
      })),
    );
    expect(recording.run.end.kind).toBe('finished');
    expect(releases).toEqual([
      ['cilium-1.18', 'cilium-1.18', 'cilium-1.18'],
      ['cilium-1.19', 'cilium-1.18', 'cilium-1.18'],
    ]);
  });
  it('of a native-routing cluster from v1.16 on loses nothing', () => {
    const clusters = [clusterWith({ release: 'cilium-1.16' })];
    const recording = carryOut([wait(minute), upgrade, rotate, wait(8 * minute)], {
      clusters,
      traffic: [trafficOf()],
    });
    expect(recording.run.losses).toEqual([]);
    expect(recording.keysInUse('east/n1')).toEqual([4, 8, 4]);
  });
});

describe('a limit', () => {
  it('of events ends the run without a verdict', () => {
    const { run } = carryOut([wait(hour)], { limits: { events: 100, time: 24 * hour } });
    expect(run.end).toMatchObject({ kind: 'inconclusive', reason: 'the limit of 100 events' });
    expect(run.events).toBe(100);
  });

  it('of virtual time ends the run without a verdict', () => {
    const { run } = carryOut([wait(hour)], { limits: { events: 1_000_000, time: minute } });
    expect(run.end).toMatchObject({ kind: 'inconclusive', reason: 'the limit of virtual time' });
    expect(run.end.at).toBeGreaterThanOrEqual(minute);
    expect(run.end.at).toBeLessThan(2 * minute);
  });

  it('that is not reached plays no part', () => {
    const { run } = carryOut([wait(minute)], { limits: { events: 1_000_000, time: hour } });
    expect(run.end).toEqual({ kind: 'finished', at: minute });
  });
});
