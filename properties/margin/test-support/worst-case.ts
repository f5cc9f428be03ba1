import { agentProfiles } from '../../../model/agent/index.ts';
import { assert, defined } from '../../../model/assert.ts';
import { minute, type Microseconds, second } from '../../../model/time.ts';
import { endpointSyncInterval } from '../../../sim/endpoints.ts';
import {
  type DelayOverride,
  DelayTable,
  type LocalDelay,
  maximumOf,
  minimumOf,
  type NodeSelector,
  type Scenario,
} from '../../../sim/index.ts';
import { Streams } from '../../../sim/streams.ts';
import type { MeshNode } from '../mesh-nodes.ts';
import type { Binding } from '../safe-duration.ts';

/*
 * A scenario in which a binding comes true: the delays of its chain are what they are at worst, the
 * reclaimer of the node that keeps the old key ticks the very microsecond at which the key may go,
 * and the last packet with the old key is sent the microsecond before the switch.
 */

const agentRestart: Microseconds = second;
const noSooner: Microseconds = 10 * second;
const probeInterval: Microseconds = 1000;
/** From the last write of a secret to the last load, and more. */
const longestLoad: Microseconds = 20 * minute;

export interface WorstCase {
  readonly scenario: Scenario;
  readonly keeper: MeshNode;
  readonly other: MeshNode;
  /** When the old key may go at the keeper. */
  readonly reclaimedAt: Microseconds;
}

export function worstCase(
  scenario: Scenario,
  nodes: readonly MeshNode[],
  binding: Binding,
  rotationDuration: Microseconds,
): WorstCase {
  const sender = defined(nodes[binding.sender], 'the sender');
  const receiver = defined(nodes[binding.receiver], 'the receiver');
  const senderKeeps = binding.kind === 'lateReceiver' || binding.kind === 'ownInstall';
  const keeper = senderKeeps ? sender : receiver;
  const overrides = [...scenario.delayOverrides, ...pins(scenario, binding.kind, sender, receiver)];
  const pinned = { ...scenario, delayOverrides: overrides };
  const before = firstWrite(pinned, sender, receiver);
  const loadedAt = before + loadOf(pinned, keeper);
  const table = new DelayTable(pinned);
  const latency = senderKeeps ? 0 : maximumOf(table.of('latency', sender, receiver));
  const switched = loadedAt + binding.needed - latency;
  const reclaimedAt = loadedAt + rotationDuration;
  assert(switched - 1 - probeInterval >= 0, 'a probe before the run');
  return {
    keeper,
    other: senderKeeps ? receiver : sender,
    reclaimedAt,
    scenario: {
      ...pinned,
      clusters: pinned.clusters.map((plan) => ({
        ...plan,
        settings: { ...plan.settings, rotationDuration },
      })),
      delays: { ...pinned.delays, reclaimInterval: reclaimedAt - agentRestart },
      faults: [
        {
          at: agentRestart,
          fault: { kind: 'restartAgent', nodes: only(keeper), downtime: 0 },
        },
      ],
      procedure: [
        { kind: 'wait', duration: before },
        ...pinned.procedure,
        { kind: 'wait', duration: binding.needed + rotationDuration + longestLoad },
      ],
      traffic: [
        {
          from: only(sender),
          to: only(receiver),
          every: probeInterval,
          families: [4],
          startsAt: switched - 1 - probeInterval,
          stopsAt: switched,
        },
        {
          from: { kind: 'all' },
          to: { kind: 'all' },
          every: 13_000_003,
          families: [4],
          startsAt: 0,
          stopsAt: undefined,
        },
      ],
    },
  };
}

export function only({ clusterName, shortName }: MeshNode): NodeSelector {
  return { kind: 'node', cluster: clusterName, node: shortName };
}

/** The delays of the chain, at their bounds. */
function pins(
  scenario: Scenario,
  kind: Binding['kind'],
  sender: MeshNode,
  receiver: MeshNode,
): readonly DelayOverride[] {
  const table = new DelayTable(scenario);
  const late = (delay: LocalDelay, at: MeshNode, from?: MeshNode): DelayOverride => ({
    delay,
    value: { kind: 'constant', value: maximumOf(table.of(delay, at, from)) },
    at: only(at),
    from: from === undefined ? { kind: 'all' } : only(from),
  });
  const early = (delay: LocalDelay, at: MeshNode): DelayOverride => ({
    ...late(delay, at),
    value: { kind: 'constant', value: minimumOf(table.of(delay, at)) },
  });
  const loadsEarly = (at: MeshNode): DelayOverride[] => [
    early('secretSync', at),
    early('load', at),
  ];
  const loadsLate = (at: MeshNode): DelayOverride[] => [late('secretSync', at), late('load', at)];
  const news = [
    late('install', receiver),
    late('publish', receiver),
    late('mesh', receiver),
    late('watch', sender, receiver),
  ];
  switch (kind) {
    case 'lateSender':
      return [
        ...loadsLate(sender),
        late('install', sender),
        late('latency', sender, receiver),
        ...loadsEarly(receiver),
      ];
    case 'lateNews':
      return [
        ...news,
        late('latency', sender, receiver),
        ...loadsEarly(receiver),
        ...loadsEarly(sender),
      ];
    case 'lateReceiver':
      return [...loadsLate(receiver), ...news, ...loadsEarly(sender)];
    case 'ownInstall':
      return [...loadsEarly(sender), late('install', sender)];
  }
}

/** From the start of the scenario's procedure to the load of a node all whose delays are pinned. */
function loadOf(scenario: Scenario, node: MeshNode): Microseconds {
  const table = new DelayTable(scenario);
  const [sync, load] = [table.of('secretSync', node), table.of('load', node)];
  return writtenAt(scenario, node.clusterName) + maximumOf(sync) + maximumOf(load);
}

function writtenAt({ procedure }: Scenario, cluster: string): Microseconds {
  let at = 0;
  for (const step of procedure) {
    if (step.kind === 'wait') at += step.duration;
    if (step.kind === 'rotate' && step.clusters.includes(cluster)) return at;
    if (step.kind === 'copySecret' && step.to === cluster) return at;
  }
  return at;
}

/**
 * When the procedure starts: late enough, and so that, for a sender that goes by the records of
 * pods, the controller of the receiver's pod was at work the microsecond before the publication.
 */
function firstWrite(scenario: Scenario, sender: MeshNode, receiver: MeshNode): Microseconds {
  const plan = defined(scenario.clusters[receiver.cluster], 'cluster');
  const from = defined(scenario.clusters[sender.cluster], 'cluster');
  if (agentProfiles[from.release].datapath.peerKeyIdFrom === 'nodeMap') return noSooner;
  const interval = endpointSyncInterval[plan.registry];
  const name = `${receiver.clusterName}/${receiver.shortName}`;
  const phase = new Streams(scenario.seed).once(`endpointSync/${name}/0`).integer(interval);
  const installs = agentProfiles[plan.release].publishes === 'afterInstall';
  const install = installs
    ? receiver.states * maximumOf(new DelayTable(scenario).of('install', receiver))
    : 0;
  const published = noSooner + loadOf(scenario, receiver) + install;
  const missing = (phase + 1 - published) % interval;
  return noSooner + (missing < 0 ? missing + interval : missing);
}
