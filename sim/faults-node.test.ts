import { describe, expect, it } from 'vitest';
import { decideEgress } from '../model/datapath/index.ts';
import { minute, second } from '../model/time.ts';
import type { Fault, FaultPlan } from './scenario.ts';
import { record, type Recording, type Look } from './test-support/recording.ts';
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
import type { World } from './world.ts';

function at(instant: number, fault: Fault): FaultPlan {
  return { at: instant, fault };
}

/** Three minutes with these faults, a probe a second on every pair. */
function during(
  faults: readonly FaultPlan[],
  wanted: ScenarioWanted = {},
  looks: readonly Look[] = [],
): Recording {
  return record(scenarioWith({ procedure: [wait(3 * minute)], faults, ...wanted }), looks);
}

function nodeOf(world: World, name: string): World['nodes'][0] {
  const found = world.nodes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no node ${name}`);
  return found;
}

/** Those who lost a packet from this instant on. */
function lossesSince(recording: Recording, instant: number): readonly string[] {
  return recording
    .events('packetFate')
    .filter(({ at: when, fate }) => when >= instant && fate !== 'delivered')
    .map(({ sender, receiver, fate }) => `${sender} > ${receiver}: ${fate}`);
}

describe('a reboot', () => {
  const faults = [
    // Something to count before it: 3 s x 2 senders.
    at(10 * second, {
      kind: 'memoryPressure',
      nodes: node('n3'),
      duration: 3 * second,
      dropPerMille: 1000,
    }),
    at(30 * second, { kind: 'reboot', nodes: node('n3'), downtime: 20 * second }),
  ];
  const seen: Record<string, unknown>[] = [];
  const look = (world: World): void => {
    const { state, xfrm, maps, bootId, keysInUse, loadedKeyId } = nodeOf(world, 'east/n3');
    const objects = { states: xfrm.stateCount, policies: xfrm.policyCount, map: maps.nodes.size };
    seen.push({ state, ...objects, bootId, keysInUse, loadedKeyId, key: maps.encryptKeyId });
  };
  const looks = [29, 40, 60].map((instant) => ({ at: instant * second, look }));
  const recording = during(faults, {}, looks);
  const [before, off, after] = seen;

  it('takes XFRM and the maps with it, and they are made anew', () => {
    expect(before).toMatchObject({ state: 'running', states: 4, map: 4, keysInUse: 4, key: 3 });
    expect(off).toMatchObject({ state: 'down', states: 0, policies: 0, map: 0, loadedKeyId: 0 });
    expect(after).toEqual({ ...before, bootId: after?.['bootId'] });
  });

  it('gives a new boot ID, of the form of a version 4 UUID, and the old one stays known', () => {
    expect(off?.['bootId']).toBe(before?.['bootId']);
    expect(after?.['bootId']).not.toBe(before?.['bootId']);
    expect(after?.['bootId']).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('sets the counters of the kernel to zero, but not the ones of the run', () => {
    // After it: each peer's probe of second 50 has keys that are derived from the old boot ID.
    expect(recording.counters('east/n3')).toEqual({ XfrmInError: 6, XfrmInStateProtoError: 2 });
    expect(recording.node('east/n3').xfrm.counter('XfrmInError')).toBe(0);
  });

  it('loses packets until the peers have its new boot ID, and none later', () => {
    // It is up at 50 s, and its peers know it 0.2 s + 0.3 s later.
    expect(lossesSince(recording, 51 * second)).toEqual([]);
    expect(recording.lossesBy('nodeDown')).toBe(2 * 20);
    // n3 starts again at number 1, which its peers have seen: they look at that before the key.
    expect(recording.counters('east/n1')).toEqual({ XfrmInStateSeqError: 1 });
  });

  it('while another one is under way changes nothing', () => {
    const again = at(40 * second, { kind: 'reboot', nodes: node('n3'), downtime: 90 * second });
    const twice = during([...faults, again]);
    expect(twice.times('nodeChanged', { node: 'east/n3', state: 'running' })).toEqual(
      recording.times('nodeChanged', { node: 'east/n3', state: 'running' }),
    );
  });

  it('has a node that was switched off and left not come back', () => {
    const left = during([faults, at(40 * second, { kind: 'leave', nodes: node('n3') })].flat());
    expect(left.node('east/n3').state).toBe('gone');
    expect(left.times('nodeChanged', { node: 'east/n3', state: 'running' })).toEqual([]);
  });
});

describe.each(['restartAgent', 'crashAgent'] as const)('an agent that is restarted: %s', (kind) => {
  const restart = at(30 * second, { kind, nodes: node('n1'), downtime: 40 * second });

  it('leaves XFRM as it is: no packet is lost', () => {
    const recording = during([restart]);
    expect(recording.timeOf('agentStopped', { node: 'east/n1' })).toBe(30 * second);
    expect(recording.times('agentStarted', { node: 'east/n1' })).toEqual([0, 70 * second]);
    expect(recording.run.losses).toEqual([]);
    expect(recording.times('stateAdded', { node: 'east/n1' })).toEqual([0, 0, 0, 0]);
  });

  it('reads the newest key file when it starts', () => {
    const recording = during([restart], { procedure: [wait(40 * second), rotate, wait(minute)] });
    expect(recording.times('keyLoaded', { node: 'east/n1', keyId: 4 })).toEqual([70 * second]);
    expect(recording.events('volumeUpdated', { node: 'east/n1' })).toEqual([]);
  });

  it('removes what it has of nodes that left meanwhile', () => {
    const leave = at(40 * second, { kind: 'leave', nodes: node('n3') });
    const recording = during([restart, leave]);
    expect(recording.times('stateDeleted', { node: 'east/n1', peer: 'east/n3' })).toEqual([
      70 * second,
      70 * second,
    ]);
    const stale = { node: 'east/n1', message: 'Deleting stale nodes: east/n3' };
    expect(recording.times('log', stale)).toEqual([70 * second]);
  });

  it('starts once only if it is restarted again, when the last downtime is over', () => {
    const again = at(40 * second, { kind, nodes: node('n1'), downtime: minute });
    const shorter = at(50 * second, { kind, nodes: node('n1'), downtime: second });
    const recording = during([restart, again, shorter]);
    expect(recording.times('agentStarted', { node: 'east/n1' })).toEqual([0, 100 * second]);
  });

  it('starts with the machine if that is rebooted meanwhile', () => {
    const reboot = at(40 * second, { kind: 'reboot', nodes: node('n1'), downtime: 10 * second });
    const later = at(60 * second, { kind, nodes: node('n1'), downtime: second });
    const recording = during([restart, reboot, later]);
    const starts = [0, 50 * second, 61 * second];
    expect(recording.times('agentStarted', { node: 'east/n1' })).toEqual(starts);
  });
});

describe('the checkpoint of known nodes', () => {
  const cluster = { clusters: [clusterWith({ nodes: 4, absent: ['n4'] })] };
  const join = at(minute, { kind: 'join', nodes: node('n4') });
  const leave = at(95 * second, { kind: 'leave', nodes: node('n4') });
  const statesOf = (recording: Recording): number =>
    recording.times('stateDeleted', { node: 'east/n1', peer: 'east/n4' }).length;

  it('is written at a clean stop', () => {
    const nodes = node('n1');
    const stop = at(90 * second, { kind: 'restartAgent', nodes, downtime: 30 * second });
    expect(statesOf(during([join, stop, leave], cluster))).toBe(2);
  });

  it('lacks what is newer than a minute after a crash: stale states then stay', () => {
    const nodes = node('n1');
    const crash = at(90 * second, { kind: 'crashAgent', nodes, downtime: 30 * second });
    const recording = during([join, crash, leave], cluster);
    expect(statesOf(recording)).toBe(0);
    expect(recording.node('east/n1').xfrm.stateCount).toBe(2 * 3);
  });

  it('does not hold nodes that left before: whoever has their addresses now is left alone', () => {
    const replace = at(minute, { kind: 'replace', nodes: node('n3'), by: 'n4' });
    const stop = at(2 * minute, { kind: 'restartAgent', nodes: everyNode, downtime: second });
    const recording = during([replace, stop], cluster);
    expect(recording.events('log').map(({ message }) => message)).not.toContain(
      'Deleting stale nodes: east/n3',
    );
    expect(lossesSince(recording, 2 * minute)).toEqual([]);
  });
});

describe('an agent that is paused', () => {
  it('does nothing until it goes on, and the kernel forwards as before', () => {
    const pause = at(minute, { kind: 'pauseAgent', nodes: node('n3'), duration: minute });
    const recording = during([pause], { procedure: [wait(minute), rotate, wait(2 * minute)] });
    expect(recording.timeOf('volumeUpdated', { node: 'east/n3' })).toBe(70 * second);
    expect(recording.timeOf('keyLoaded', { node: 'east/n3', keyId: 4 })).toBe(2 * minute);
    expect(recording.run.losses).toEqual([]);
  });

  it('goes on when the last of several pauses is over', () => {
    const first = at(minute, { kind: 'pauseAgent', nodes: node('n3'), duration: minute });
    const another = at(90 * second, { kind: 'pauseAgent', nodes: node('n3'), duration: minute });
    const recording = during([first, another], {
      procedure: [wait(minute), rotate, wait(2 * minute)],
    });
    expect(recording.timeOf('keyLoaded', { node: 'east/n3', keyId: 4 })).toBe(150 * second);
  });

  it('is not paused by what happened before its node was there', () => {
    const cluster = { clusters: [clusterWith({ nodes: 4, absent: ['n4'] })] };
    const pause = (instant: number, duration: number): FaultPlan =>
      at(instant, { kind: 'pauseAgent', nodes: node('n4'), duration });
    // The first pause begins before n4 joins; its end must not undo the second one.
    const recording = during(
      [
        pause(10 * second, 70 * second),
        at(minute, { kind: 'join', nodes: node('n4') }),
        pause(70 * second, 50 * second),
      ],
      { ...cluster, procedure: [wait(65 * second), rotate, wait(2 * minute)] },
    );
    expect(recording.timeOf('keyLoaded', { node: 'east/n4', keyId: 4 })).toBe(2 * minute);
  });
});

describe('a slow node', () => {
  /** The node adds four states, 100 ms each. */
  const rotation = {
    delays: { install: constant(second / 10) },
    procedure: [wait(minute), rotate, wait(2 * minute)],
  };
  const slow = (duration: number, factor: number): FaultPlan =>
    at(minute, { kind: 'slowNode', nodes: node('n3'), factor, duration });
  const installTime = (faults: readonly FaultPlan[]): number => {
    const recording = during(faults, rotation);
    const of = { node: 'east/n3', keyId: 4 };
    return recording.timeOf('allNodesValidated', of) - recording.timeOf('keyLoaded', of);
  };

  it('takes as many times as long for each state', () => {
    expect(installTime([])).toBe(4 * (second / 10));
    expect(installTime([slow(minute, 10)])).toBe(40 * (second / 10));
  });

  it('is slowed down by all faults together, and by what is left of them', () => {
    expect(installTime([slow(minute, 10), slow(minute, 3)])).toBe(120 * (second / 10));
    // The key is loaded 11 s after the change; the second fault is over by then.
    expect(installTime([slow(minute, 10), slow(5 * second, 3)])).toBe(40 * (second / 10));
    expect(installTime([slow(5 * second, 10)])).toBe(4 * (second / 10));
  });
});

describe('a node that joins', () => {
  const cluster = { clusters: [clusterWith({ nodes: 4, absent: ['n4'] })] };
  const recording = during([at(minute, { kind: 'join', nodes: node('n4') })], cluster);

  it('is not there before', () => {
    const early = recording.events('packetFate').filter(({ at: when }) => when < minute);
    expect(early.flatMap(({ sender, receiver }) => [sender, receiver])).not.toContain('east/n4');
    expect(recording.timeOf('agentStarted', { node: 'east/n4' })).toBe(minute);
  });

  it('drops out for lack of a node ID until it is known, and is one of the nodes then', () => {
    // Known 0.2 s + 0.3 s after it came: the probes of its first second are lost.
    const peers = ['east/n1', 'east/n2', 'east/n3'];
    expect(recording.losses()).toEqual(
      new Set(
        peers.flatMap((peer) => [
          `${peer} > east/n4: noNodeIdAtEgress`,
          `east/n4 > ${peer}: noNodeIdAtIngress`,
        ]),
      ),
    );
    expect(recording.lost).toBe(6);
    // 2 directions x 2 remote nodes before, x 3 after.
    expect(recording.keysInUse('east/n1')).toEqual([4, 6]);
    expect(recording.keysInUse('east/n4')).toEqual([6]);
  });

  it('a second time is there once', () => {
    const join = at(minute, { kind: 'join', nodes: everyNode });
    expect(during([join, join], cluster).run.packets).toEqual(recording.run.packets);
  });
});

describe('a node that leaves', () => {
  const leave = at(minute, { kind: 'leave', nodes: node('n3') });
  const recording = during([leave]);

  it('is forgotten: what would still be sent to it is dropped for lack of a node ID (197)', () => {
    const { maps, profile, xfrm } = recording.node('east/n1');
    const gone = recording.node('east/n3');
    const pod = gone.plan.podCidr[4]?.address;
    const tunnelEndpoint = gone.tunnelEndpoint;
    if (pod === undefined || tunnelEndpoint === undefined) throw new Error('no address');
    const decision = decideEgress(maps, profile.datapath, { address: pod, tunnelEndpoint });
    expect(decision).toEqual({ kind: 'dropped', reason: 'noNodeId' });
    expect(xfrm.stateCount).toBe(2);
    expect(recording.keysInUse('east/n1')).toEqual([4, 2]);
    // Withdrawn 0.2 s after, told 0.3 s later.
    expect(recording.timeOf('nodeDeleted', { node: 'east/n1' })).toBe(minute + second / 2);
  });

  it('is no longer probed, so that nothing is lost but what was under way', () => {
    expect(recording.run.losses).toEqual([]);
    const late = recording.events('packetSent').filter(({ at: when }) => when > minute);
    expect(late.flatMap(({ sender, receiver }) => [sender, receiver])).not.toContain('east/n3');
  });

  it('may come back under its name, with a kernel and a boot ID of its own', () => {
    const join = at(2 * minute, { kind: 'join', nodes: node('n3') });
    const back = during([leave, join]);
    expect(back.keysInUse('east/n1')).toEqual([4, 2, 4]);
    expect(lossesSince(back, 2 * minute + second)).toEqual([]);
    expect(back.node('east/n3').bootId).not.toBe(recording.node('east/n3').bootId);
  });
});

describe('a node that is replaced by one with its addresses', () => {
  const cluster = { clusters: [clusterWith({ nodes: 4, absent: ['n4'] })] };
  const replace = at(minute, { kind: 'replace', nodes: node('n3'), by: 'n4' });
  const ids: (number | undefined)[] = [];
  const look = (world: World): void => {
    const address = nodeOf(world, 'east/n3').tunnelEndpoint;
    if (address !== undefined) ids.push(nodeOf(world, 'east/n1').maps.nodes.get(address)?.nodeId);
  };
  const recording = during(
    [replace],
    cluster,
    [59, 62].map((instant) => ({ at: instant * second, look })),
  );

  it('gets an ID of its own at the peers, and its packets', () => {
    const [before, after] = ids;
    expect(after).not.toBe(before);
    expect(after).toBeGreaterThan(0);
    expect(recording.node('east/n4').tunnelEndpoint).toBe(recording.node('east/n3').tunnelEndpoint);
    expect(lossesSince(recording, minute + second)).toEqual([]);
    const delivered = { sender: 'east/n1', receiver: 'east/n4', fate: 'delivered' };
    // Each second from 1m 1s to 2m 59s.
    expect(recording.events('packetFate', delivered)).toHaveLength(119);
  });

  it('may have left before: its addresses are free then', () => {
    const leave = at(30 * second, { kind: 'leave', nodes: node('n3') });
    const late = during([leave, replace], cluster);
    expect(lossesSince(late, minute + second)).toEqual([]);
    expect(late.node('east/n4').tunnelEndpoint).toBe(late.node('east/n3').tunnelEndpoint);
  });

  it('is reached again even if the peers hear of it before they hear that the other one left', () => {
    // Both have the same ID at the peers then, and what is removed for n3 was also for n4: the
    // background sync, which comes by each node within 1 min x ln 4 = 83 s, puts it back.
    const late = during([replace], {
      ...cluster,
      procedure: [wait(5 * minute)],
      delayOverrides: [
        { delay: 'publish', value: constant(5 * second), at: node('n3'), from: everyNode },
      ],
    });
    expect(late.run.losses).not.toEqual([]);
    expect(lossesSince(late, minute + 5 * second + 84 * second + 84 * second)).toEqual([]);
    const delivered = { sender: 'east/n1', receiver: 'east/n4', fate: 'delivered' };
    expect(late.events('packetFate', delivered).at(-1)?.at).toBeGreaterThan(4 * minute);
  });
});

it('a node that is there already cannot replace another: the run has no verdict', () => {
  const recording = during(
    [
      at(30 * second, { kind: 'join', nodes: node('n4') }),
      at(minute, { kind: 'replace', nodes: node('n3'), by: 'n4' }),
    ],
    { clusters: [clusterWith({ nodes: 4, absent: ['n4'] })] },
  );
  expect(recording.run.end).toEqual({
    kind: 'inconclusive',
    at: minute,
    reason: 'east/n4 is there already: it cannot replace east/n3',
  });
});

describe('a secret that is newer than a rebooted node', () => {
  it('is the one it comes up with', () => {
    const reboot = at(minute, { kind: 'reboot', nodes: node('n3'), downtime: 5 * second });
    const recording = during([reboot], {
      procedure: [
        wait(59 * second),
        { kind: 'writeSecret', cluster: 'east', text: secretText(4, '11') },
        wait(minute),
      ],
    });
    // Its peers' kubelets take 10 s and 1 s; it reads the volume that is mounted anew at once.
    expect(recording.times('keyLoaded', { node: 'east/n3', keyId: 4 })).toEqual([65 * second]);
    expect(recording.times('keyLoaded', { node: 'east/n1', keyId: 4 })).toEqual([70 * second]);
  });
});
