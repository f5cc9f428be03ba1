import type { Address } from '../model/address.ts';
import { nodeAddresses, type Operation } from '../model/agent/index.ts';
import { assert, defined } from '../model/assert.ts';
import { AddressBook } from '../model/datapath/index.ts';
import { KeyRing } from '../model/secret/index.ts';
import type { Microseconds } from '../model/time.ts';
import { KeyCounter } from '../model/xfrm/index.ts';
import { Draws } from './draws.ts';
import { podAddress } from './endpoints.ts';
import type { EventQueue } from './event-queue.ts';
import { Links } from './links.ts';
import type { Scenario } from './scenario.ts';
import { type KernelFactory, SimNode } from './sim-node.ts';
import { Streams } from './streams.ts';
import type { Trace } from './trace.ts';

/**
 * Where a run takes place: time, chance, nodes, links between them, and the trace. What goes on in it
 * knows the world; the world knows none of it.
 */
export class World {
  readonly scenario: Scenario;
  readonly trace: Trace;
  readonly queue: EventQueue;
  readonly streams: Streams;
  readonly draw: Draws;
  readonly keyRing = new KeyRing();
  readonly nodes: readonly SimNode[];
  readonly links: Links;
  /** While the clusters are brought to the state in which the run finds them, nothing takes time. */
  isSettling = true;
  packetsInFlight = 0;
  /** Why no verdict can rest on this run, once that is so. */
  inconclusive: string | undefined = undefined;
  readonly #keyCounter = new KeyCounter();
  readonly #nodesByCluster: readonly (readonly SimNode[])[];
  readonly #owners = new Map<Address, number>();

  constructor(
    scenario: Scenario,
    trace: Trace,
    parts: { readonly queue: EventQueue; readonly kernels: KernelFactory },
  ) {
    this.scenario = scenario;
    this.trace = trace;
    this.queue = parts.queue;
    this.streams = new Streams(scenario.seed);
    this.draw = new Draws(scenario, this.streams);
    this.nodes = makeNodes(scenario, parts.kernels);
    this.#nodesByCluster = scenario.clusters.map((_, index) =>
      this.nodes.filter((node) => node.clusterIndex === index),
    );
    this.links = new Links(this.nodes);
    this.learnAddresses();
  }

  get now(): Microseconds {
    return this.queue.now;
  }

  nodesOf(cluster: number): readonly SimNode[] {
    return defined(this.#nodesByCluster[cluster], 'cluster');
  }

  clusterIndex(name: string): number {
    const index = this.scenario.clusters.findIndex((cluster) => cluster.name === name);
    assert(index >= 0, `no cluster ${name}`);
    return index;
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

  log(node: SimNode, entry: Extract<Operation, { kind: 'log' }>): void {
    const { trace, now } = this;
    trace.record('log', now, node.index, trace.text(entry.level), trace.text(entry.message));
  }

  /** Counts the keys in use on a node as `cilium-dbg encrypt status` does, and records a change. */
  countKeys(node: SimNode): number {
    const keys = node.statesChanged ? this.#keyCounter.distinctKeys(node.xfrm) : node.keysInUse;
    node.statesChanged = false;
    if (keys !== node.keysInUse) this.trace.record('keysInUse', this.now, node.index, keys);
    node.keysInUse = keys;
    return keys;
  }

  /** Whether something that hits `perMille` of 1,000 hits now; without a fault nothing is drawn. */
  chance(node: SimNode, what: string, perMille: number): boolean {
    if (perMille === 0) return false;
    return this.streams.stream(`${what}/${node.name}`).integer(1000) < perMille;
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
