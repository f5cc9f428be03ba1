import type { Address } from '../model/address.ts';
import {
  type AgentInput,
  agentProfiles,
  nodeAddresses,
  type NodeRecord,
  type Operation,
} from '../model/agent/index.ts';
import { assert, defined } from '../model/assert.ts';
import { AddressBook } from '../model/datapath/index.ts';
import type { CiliumRelease } from '../model/release.ts';
import { KeyRing } from '../model/secret/index.ts';
import type { Microseconds } from '../model/time.ts';
import { type EspPacket, KeyCounter } from '../model/xfrm/index.ts';
import type { AgentFactory } from './agent-runner.ts';
import { Draws } from './draws.ts';
import { EndpointRecords } from './endpoint-records.ts';
import { podAddress } from './endpoints.ts';
import type { EventQueue } from './event-queue.ts';
import { Links } from './links.ts';
import { NodeLife } from './node-life.ts';
import { NodeRecords } from './node-records.ts';
import { fateNumber, type PacketFate } from './packet-fate.ts';
import { RotationWatch } from './rotation-watch.ts';
import type { Scenario } from './scenario.ts';
import { Secrets } from './secrets.ts';
import { type KernelFactory, SimNode } from './sim-node.ts';
import { Streams } from './streams.ts';
import type { Trace } from './trace.ts';
import { type Flow, Traffic } from './traffic.ts';

/** What makes the parts of a world that may be another's. */
export interface WorldMakers {
  readonly agents: AgentFactory;
  readonly kernels: KernelFactory;
  readonly queue: () => EventQueue;
}

/** What happens, where: all parts of one run, and what they ask of each other. */
export class World {
  readonly scenario: Scenario;
  readonly trace: Trace;
  readonly agentFactory: AgentFactory;
  readonly queue: EventQueue;
  readonly streams: Streams;
  readonly draw: Draws;
  readonly keyRing = new KeyRing();
  readonly keyCounter = new KeyCounter();
  readonly nodes: readonly SimNode[];
  readonly links: Links;
  readonly secrets: Secrets;
  readonly nodeRecords: NodeRecords;
  readonly endpointRecords: EndpointRecords;
  readonly life: NodeLife;
  readonly rotations: readonly RotationWatch[];
  readonly traffic: readonly Traffic[];
  /** While the clusters are brought to the state in which the run finds them, nothing takes time. */
  isSettling = true;
  packetsInFlight = 0;
  /** Why no verdict can rest on this run, once that is so. */
  inconclusive: string | undefined = undefined;
  readonly #nodesByCluster: readonly (readonly SimNode[])[];
  readonly #owners = new Map<Address, number>();

  constructor(scenario: Scenario, trace: Trace, makers: WorldMakers) {
    this.scenario = scenario;
    this.trace = trace;
    this.agentFactory = makers.agents;
    this.queue = makers.queue();
    this.streams = new Streams(scenario.seed);
    this.draw = new Draws(scenario, this.streams);
    this.nodes = makeNodes(scenario, makers.kernels);
    this.#nodesByCluster = scenario.clusters.map((_, index) =>
      this.nodes.filter((node) => node.clusterIndex === index),
    );
    this.links = new Links(this.nodes, {
      secret: (node) => {
        this.secrets.resync(node);
      },
      source: (node) => {
        this.nodeRecords.resyncSource(node);
        this.endpointRecords.resyncSource(node);
      },
      receiver: (node) => {
        this.nodeRecords.resyncReceiver(node);
        this.endpointRecords.resyncReceiver(node);
      },
      mesh: (from, to) => {
        this.nodeRecords.resyncMesh(from, to);
        this.endpointRecords.resyncMesh(from, to);
      },
    });
    this.secrets = new Secrets(this);
    this.nodeRecords = new NodeRecords(this);
    this.endpointRecords = new EndpointRecords(this);
    this.life = new NodeLife(this);
    this.rotations = scenario.clusters.map((_, index) => new RotationWatch(this, index));
    this.learnAddresses();
    this.traffic = scenario.traffic.map((plan) => new Traffic(this, plan));
  }

  get now(): Microseconds {
    return this.queue.now;
  }

  nodesOf(cluster: number): readonly SimNode[] {
    return defined(this.#nodesByCluster[cluster], 'cluster');
  }

  /** The node that has this address, or whose pod has it; -1 for none. */
  ownerOf(address: Address): number {
    return this.#owners.get(address) ?? -1;
  }

  /** Notes whose each address is; later nodes win, for an address that was taken over. */
  learnAddresses(): void {
    for (const node of this.nodes) {
      if (node.state === 'gone') continue;
      for (const address of addressesOf(node)) this.#owners.set(address, node.index);
    }
  }

  clusterIndex(name: string): number {
    const index = this.scenario.clusters.findIndex((cluster) => cluster.name === name);
    assert(index >= 0, `no cluster ${name}`);
    return index;
  }

  publish(node: SimNode, keyId: number, instead?: Partial<NodeRecord>): void {
    this.trace.record('published', this.now, node.index, keyId);
    this.nodeRecords.publishOf(node, keyId, instead);
    this.endpointRecords.publishOf(node, keyId);
  }

  keyLoaded(node: SimNode, keyId: number): void {
    node.loadedKeyId = keyId;
    this.trace.record('keyLoaded', this.now, node.index, keyId);
    this.rotations[node.clusterIndex]?.check();
  }

  log(node: SimNode, entry: Extract<Operation, { kind: 'log' }>): void {
    const { trace, now } = this;
    trace.record('log', now, node.index, trace.text(entry.level), trace.text(entry.message));
  }

  agentExited(node: SimNode, exit: Extract<Operation, { kind: 'exit' }>): void {
    const { trace, now } = this;
    trace.record('agentExited', now, node.index, trace.text(exit.cause), trace.text(exit.message));
    if (exit.cause === 'unmodelled') {
      this.inconclusive = `${node.name}: ${exit.message}: what a real agent does then is not modelled`;
    }
  }

  /** An agent is done with an input: what it changed shows in the number of keys. */
  inputHandled(node: SimNode, input: AgentInput): void {
    if (input.kind === 'timer' && input.timer === 'backgroundSync') return;
    if (input.kind === 'endpointUpsert' || input.kind === 'endpointDelete') return;
    if (!this.isSettling) this.countKeys(node);
    if (input.kind === 'timer') this.rotations[node.clusterIndex]?.check();
  }

  /** Counts the keys in use on a node as `cilium-dbg encrypt status` does, and records a change. */
  countKeys(node: SimNode): number {
    const keys = node.statesChanged ? this.keyCounter.distinctKeys(node.xfrm) : node.keysInUse;
    node.statesChanged = false;
    if (keys !== node.keysInUse) this.trace.record('keysInUse', this.now, node.index, keys);
    node.keysInUse = keys;
    return keys;
  }

  startAgent(node: SimNode, checkpoint: readonly NodeRecord[] = []): void {
    node.runner?.start(this.scenario.delays.reclaimInterval, checkpoint);
  }

  /** The node's agent comes back on another release. */
  upgrade(node: SimNode, release: CiliumRelease, downtime: Microseconds): void {
    node.profile = agentProfiles[release];
    this.life.restartAgent(node, downtime, 'clean');
  }

  /** Whether something that hits `perMille` of 1,000 hits now; without a fault nothing is drawn. */
  chance(node: SimNode, what: string, perMille: number): boolean {
    if (perMille === 0) return false;
    return this.streams.stream(`${what}/${node.name}`).integer(1000) < perMille;
  }

  packetSent(flow: Flow, packet: EspPacket): void {
    const { sender, receiver, family } = flow;
    const { spi, sequence } = packet;
    this.trace.record('packetSent', this.now, sender.index, receiver.index, family, spi, sequence);
  }

  packetMet(flow: Flow, fate: PacketFate, spi: number, sequence: number): void {
    const { sender, receiver, family } = flow;
    const number = fateNumber(fate);
    const { trace, now } = this;
    trace.record('packetFate', now, sender.index, receiver.index, family, spi, sequence, number);
  }
}

/** All addresses of a node and of its pods. */
function addressesOf(node: SimNode): readonly Address[] {
  const addresses = [...nodeAddresses(node.record(0))];
  for (let pod = 0; pod < node.cluster.podsPerNode; pod += 1) {
    for (const family of [4, 6] as const) {
      const address = podAddress(node, pod, family);
      if (address !== undefined) addresses.push(address);
    }
  }
  return addresses;
}

function makeNodes(scenario: Scenario, makeKernel: KernelFactory): readonly SimNode[] {
  const nodes: SimNode[] = [];
  const addressBook = new AddressBook();
  for (const [clusterIndex, cluster] of scenario.clusters.entries()) {
    for (const plan of cluster.nodes) {
      nodes.push(
        new SimNode({ index: nodes.length, clusterIndex, cluster, plan, addressBook, makeKernel }),
      );
    }
  }
  return nodes;
}
