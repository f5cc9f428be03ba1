import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ciliumReleases } from '../model/release.ts';
import { minute, millisecond, second } from '../model/time.ts';
import { kernelNames, type XfrmCounter, xfrmCounters } from '../model/xfrm/index.ts';
import type { Fault, FaultPlan, Scenario } from './scenario.ts';
import type { NodeSelector } from './selector.ts';
import { record, type Recording } from './test-support/recording.ts';
import {
  clusterWith,
  constant,
  everyNode,
  node,
  rotate,
  scenarioWith,
  trafficOf,
  uniform,
  wait,
} from './test-support/scenario.ts';

/** What each node should have counted, told by the fates of packets: at the sender on the way out. */
function countersByFates(recording: Recording): Readonly<Record<string, Record<string, number>>> {
  const names = recording.run.nodes.map(({ name }) => [name, {}] as const);
  const expected: Record<string, Record<string, number>> = Object.fromEntries(names);
  for (const { sender, receiver, fate, count } of recording.run.losses) {
    if (!xfrmCounters.includes(fate as XfrmCounter)) continue;
    const counters = expected[fate.startsWith('XfrmOut') ? sender : receiver] ?? {};
    counters[fate] = (counters[fate] ?? 0) + count;
  }
  return expected;
}

function counters(recording: Recording): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    recording.run.nodes.map(({ name }) => [name, recording.counters(name)] as const),
  );
}

const somewhere = fc.constantFrom<NodeSelector>(node('n1'), node('n2'), node('n3'), everyNode);
const lasting = fc.integer({ min: second, max: 4 * minute });
const downtime = fc.integer({ min: 0, max: 2 * minute });

function nodeFault(kind: Fault['kind'], more: Record<string, fc.Arbitrary<unknown>>) {
  return fc.record({ kind: fc.constant(kind), nodes: somewhere, ...more });
}

const anyFault = fc.oneof(
  nodeFault('reboot', { downtime }),
  nodeFault('restartAgent', { downtime }),
  nodeFault('crashAgent', { downtime }),
  nodeFault('pauseAgent', { duration: lasting }),
  nodeFault('slowNode', { duration: lasting, factor: fc.integer({ min: 2, max: 500 }) }),
  nodeFault('leave', {}),
  nodeFault('join', {}),
  nodeFault('deletePods', {
    duration: lasting,
    routeRacePerMille: fc.integer({ min: 0, max: 1000 }),
  }),
  nodeFault('memoryPressure', {
    duration: lasting,
    dropPerMille: fc.integer({ min: 0, max: 1000 }),
  }),
  nodeFault('failOperation', {
    operation: fc.constantFrom('xfrmStateAdd', 'xfrmStateDelete', 'encryptMapUpdate'),
    errno: fc.constant('ENOMEM'),
    times: fc.integer({ min: 1, max: 10 }),
  }),
  fc.record({
    kind: fc.constantFrom('partition', 'delayLink'),
    link: fc.oneof(
      fc.record({ kind: fc.constantFrom('secret', 'publish', 'watch'), nodes: somewhere }),
      fc.record({ kind: fc.constant('network'), from: somewhere, to: somewhere }),
    ),
    extra: fc.integer({ min: 0, max: 20 * second }),
    duration: lasting,
  }),
) as fc.Arbitrary<Fault>;

const faultPlan: fc.Arbitrary<FaultPlan> = fc.record({
  at: fc.integer({ min: 0, max: 12 * minute }),
  fault: anyFault,
});

/** Two rotations, the second one too early, of two families in either routing, with faults. */
const disturbed: fc.Arbitrary<Scenario> = fc
  .record({
    seed: fc.nat().map(String),
    release: fc.constantFrom(...ciliumReleases),
    kernel: fc.constantFrom(...kernelNames),
    routing: fc.constantFrom('native' as const, 'tunnel' as const),
    registry: fc.constantFrom('crd' as const, 'kvstore' as const),
    faults: fc.array(faultPlan, { maxLength: 8 }),
  })
  .map(({ seed, faults, ...cluster }) =>
    scenarioWith({
      seed,
      faults,
      clusters: [clusterWith({ ...cluster, nodes: 4, settings: { families: [4, 6] } })],
      delays: {
        secretSync: uniform(0, 4 * minute),
        install: uniform(0, 100 * millisecond),
        watch: uniform(0, 2 * second),
        latency: uniform(0, 50 * millisecond),
      },
      traffic: [trafficOf({ every: 3 * second, families: [4, 6] })],
      procedure: [wait(minute), rotate, wait(3 * minute), rotate, wait(10 * minute)],
    }),
  );

describe('whatever goes wrong', () => {
  it('the kernels count just the packets that they lose, and every packet has one fate', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(disturbed, (scenario) => {
        const recording = record(scenario);
        const { packets, losses } = recording.run;
        expect(counters(recording)).toEqual(countersByFates(recording));
        expect(packets.sent).toBe(packets.delivered + recording.lost + packets.inFlight);
        // The same from the trace: a packet is lost at its sender, or is on the wire and gets there.
        const fates = recording.events('packetFate');
        const onWire = recording.events('packetSent').length;
        const lostAtSender = fates.filter(({ sequence }) => sequence === 0).length;
        expect(onWire + lostAtSender).toBe(packets.sent);
        expect(fates).toHaveLength(packets.delivered + recording.lost);
        for (const { fate } of losses) met.add(fate);
      }),
      { numRuns: 40, seed: 20_260 },
    );
    // The property says something only if the runs do lose packets, in many ways.
    expect([...met]).toEqual(
      expect.arrayContaining([
        'nodeDown',
        'networkCut',
        'noEndpoint',
        'noNodeIdAtEgress',
        'noNodeIdAtIngress',
        'XfrmInError',
        'XfrmInNoStates',
        'XfrmInStateProtoError',
        'XfrmOutPolBlock',
      ]),
    );
  });
});

describe('packets under way', () => {
  it('are neither delivered nor lost when a run is cut short', () => {
    const { run } = record(
      scenarioWith({
        delays: { latency: constant(10 * second) },
        limits: { events: 1_000_000, time: minute },
        procedure: [wait(2 * minute)],
      }),
    );
    expect(run.end.kind).toBe('inconclusive');
    // Six flows, a probe each second from 0 s on. What ends the run at 60 s is the arrival of those of
    // second 50, so those of 51 s to 59 s are still under way.
    expect(run.end.at).toBe(minute);
    expect(run.packets).toEqual({ sent: 6 * 60, delivered: 6 * 51, inFlight: 6 * 9 });
  });

  it('overtake each other without loss while they stay within the replay window', () => {
    // Up to 500 ms of jitter and a probe each 10 ms: at most 50 numbers behind, of 1024 allowed.
    const recording = record(
      scenarioWith({
        delays: { latency: uniform(0, 500 * millisecond) },
        traffic: [trafficOf({ every: 10 * millisecond })],
        procedure: [wait(20 * second)],
      }),
    );
    const numbers = recording
      .events('packetFate', { sender: 'east/n1', receiver: 'east/n2' })
      .map(({ sequence }) => sequence);
    const overtaken = numbers.filter((number, index) => number < (numbers[index - 1] ?? 0));
    expect(overtaken.length).toBeGreaterThan(500);
    expect([...numbers].sort((one, other) => one - other)).toEqual(
      Array.from({ length: 2000 }, (_, index) => index + 1),
    );
    expect(recording.run.losses).toEqual([]);
  });

  it('are lost where they come in more than a window too late', () => {
    // A probe each millisecond and up to 3 s of jitter: many arrive when the newest number is more
    // than 1024 ahead. With extended sequence numbers, one from below the window is taken for the next
    // 2^32's, so that it is the ICV that does not fit (Linux, net/xfrm/xfrm_replay.c,
    // `xfrm_replay_seqhi`).
    const recording = record(
      scenarioWith({
        clusters: [clusterWith({ nodes: 2 })],
        delays: { latency: uniform(0, 3 * second) },
        traffic: [trafficOf({ from: node('n1'), every: millisecond })],
        procedure: [wait(6 * second)],
      }),
    );
    expect(recording.losses()).toEqual(new Set(['east/n1 > east/n2: XfrmInStateProtoError']));
    const late = recording.lossesBy('XfrmInStateProtoError');
    expect(late).toBeGreaterThan(1000);
    expect(recording.counters('east/n2')).toEqual({ XfrmInStateProtoError: late });
    // Whoever comes in time is let in: not less than those whose jitter is below 1 s, a third.
    expect(recording.run.packets.delivered).toBeGreaterThan(2000);
  });
});
