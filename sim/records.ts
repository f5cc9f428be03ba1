import { defined } from '../model/assert.ts';
import { int32Column } from '../model/columns.ts';
import type { Microseconds } from '../model/time.ts';
import { Broadcast } from './broadcast.ts';
import type { Link } from './link.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** What a registry holds of one record. `payload` undefined: it was deleted. */
export interface Versioned<Payload> {
  readonly version: number;
  readonly payload: Payload | undefined;
}

/** What sets one kind of record apart. */
export interface RecordKind<Payload> {
  /** How many records there are in the whole run. */
  readonly count: number;
  sourceOf(record: number): SimNode;
  /** What names the record in streams: never its number, which another node might shift. */
  nameOf(record: number): string;
  /** Whether this node watches such records. */
  watches(receiver: SimNode): boolean;
  deliver(receiver: SimNode, record: number, payload: Payload | undefined): void;
}

/**
 * Records of one kind in the registries of all clusters, and how they spread: node to its registry
 * (`publish`), registry to the nodes of the cluster (`watch`), registry to the other clusters
 * (`mesh`) and there to their nodes (`watch`). A receiver never goes back to an older version.
 *
 * cilium: pkg/k8s/watchers, pkg/node/store, pkg/clustermesh.
 */
export class Records<Payload> {
  readonly #world: World;
  readonly #kind: RecordKind<Payload>;
  /** By record, the number of the newest version. */
  readonly #versions: Int32Array;
  /** By cluster: what its nodes can watch, of its own nodes and of all others'. */
  readonly #views: readonly Map<number, Versioned<Payload>>[];
  /** By receiver: the version that it was told of each record, 0 for none. */
  readonly #told: readonly Int32Array[];
  /** By receiver: since when it knows a record that it was told of first while its agent ran. */
  readonly #newcomers = new Map<SimNode, Map<number, Microseconds>>();
  /** By record: what its source published and the registry has not got yet. */
  readonly #unsent = new Map<number, Versioned<Payload>>();

  constructor(world: World, kind: RecordKind<Payload>) {
    this.#world = world;
    this.#kind = kind;
    this.#versions = int32Column(kind.count);
    this.#views = world.scenario.clusters.map(() => new Map());
    this.#told = world.nodes.map(() => int32Column(kind.count));
  }

  /** Puts a record where it has been all along, as everybody knows. */
  settle(record: number, payload: Payload): void {
    this.#versions[record] = 1;
    for (const view of this.#views) view.set(record, { version: 1, payload });
  }

  /** The newest version of a record that its source sent, whether or not its registry has it yet. */
  newest(record: number): Payload | undefined {
    const unsent = this.#unsent.get(record);
    if (unsent !== undefined) return unsent.payload;
    const home = this.#kind.sourceOf(record).clusterIndex;
    return this.#view(home).get(record)?.payload;
  }

  /** Sends a new version, or with undefined a deletion, on its way. */
  publish(record: number, payload: Payload | undefined): void {
    const source = this.#kind.sourceOf(record);
    const version = (this.#versions[record] as number) + 1;
    this.#versions[record] = version;
    this.#unsent.set(record, { version, payload });
    const { draw, queue, now, links } = this.#world;
    const delay = draw.publish(source, this.#name(record, version));
    queue.schedule(now + delay + links.publish(source).extraDelay, {
      run: () => {
        this.#arrive(record, version);
      },
    });
  }

  /** The records that a node's watch lists, in the order of their numbers; from now on it knows them. */
  list(receiver: SimNode): readonly { readonly record: number; readonly payload: Payload }[] {
    const told = this.#toldTo(receiver).fill(0);
    const listed: { record: number; payload: Payload }[] = [];
    for (const [record, { version, payload }] of this.#view(receiver.clusterIndex)) {
      told[record] = version;
      if (payload === undefined || this.#kind.sourceOf(record) === receiver) continue;
      listed.push({ record, payload });
    }
    return listed;
  }

  /** The records that a node was first told of before this instant. */
  knownTo(receiver: SimNode, before: Microseconds): readonly number[] {
    const known: number[] = [];
    for (const [record, version] of this.#toldTo(receiver).entries()) {
      if (version === 0 || this.#kind.sourceOf(record) === receiver) continue;
      if (this.#isDeleted(receiver, record, version)) continue;
      const since = this.#newcomers.get(receiver)?.get(record);
      if (since === undefined || since < before) known.push(record);
    }
    return known;
  }

  /** A source reaches its registry again. */
  resyncSource(source: SimNode): void {
    for (const [record, { version }] of [...this.#unsent]) {
      if (this.#kind.sourceOf(record) === source) this.#arrive(record, version);
    }
  }

  /** A node's watch is back: it is told all that it missed. */
  resyncReceiver(receiver: SimNode): void {
    for (const [record, versioned] of this.#view(receiver.clusterIndex)) {
      this.#tell(receiver, record, versioned);
    }
  }

  /** A link between clusters is back: the far side gets all that it missed. */
  resyncMesh(from: number, to: number): void {
    for (const [record, versioned] of [...this.#view(from)]) {
      if (this.#kind.sourceOf(record).clusterIndex === from) this.#enter(to, record, versioned);
    }
  }

  /** The registry itself drops a record: nobody sends anything. */
  expire(record: number): void {
    const version = (this.#versions[record] as number) + 1;
    this.#versions[record] = version;
    this.#spread(record, { version, payload: undefined });
  }

  /** A record reaches the registry of its own cluster. */
  #arrive(record: number, version: number): void {
    const versioned = this.#unsent.get(record);
    if (versioned === undefined || versioned.version !== version) return; // a newer one is under way
    if (!this.#world.links.publish(this.#kind.sourceOf(record)).carries()) return;
    this.#unsent.delete(record);
    this.#spread(record, versioned);
  }

  /** From the registry of the record's own cluster, to its nodes and to the other clusters. */
  #spread(record: number, versioned: Versioned<Payload>): void {
    const home = this.#kind.sourceOf(record).clusterIndex;
    this.#enter(home, record, versioned);
    for (const to of this.#world.scenario.clusters.keys()) {
      if (to !== home) this.#sendToCluster(to, record, versioned);
    }
  }

  #sendToCluster(to: number, record: number, versioned: Versioned<Payload>): void {
    const source = this.#kind.sourceOf(record);
    const { draw, links, queue, now, scenario } = this.#world;
    const link: Link = links.mesh(source.clusterIndex, to);
    const cluster = defined(scenario.clusters[to], 'cluster').name;
    const delay = draw.mesh(source, cluster, this.#name(record, versioned.version));
    queue.schedule(now + delay + link.extraDelay, {
      run: () => {
        if (link.carries()) this.#enter(to, record, versioned);
      },
    });
  }

  /** A record becomes visible in one cluster: all its nodes that watch are told. */
  #enter(cluster: number, record: number, versioned: Versioned<Payload>): void {
    const view = this.#view(cluster);
    if ((view.get(record)?.version ?? 0) >= versioned.version) return;
    view.set(record, versioned);
    const { now, queue, draw, links } = this.#world;
    const source = this.#kind.sourceOf(record);
    const name = this.#name(record, versioned.version);
    const deliveries = this.#world
      .nodesOf(cluster)
      .filter((node) => node !== source && node.isMember && this.#kind.watches(node))
      .map((receiver) => ({
        at: now + draw.watch(receiver, source, name) + links.watch(receiver).extraDelay,
        receiver,
      }));
    new Broadcast(queue, deliveries, (receiver) => {
      if (links.watch(receiver).carries()) this.#tell(receiver, record, versioned);
    }).start();
  }

  /** Tells a running agent, unless it knows this version or a newer one. */
  #tell(receiver: SimNode, record: number, { version, payload }: Versioned<Payload>): void {
    if (receiver.agent?.isRunning !== true) return; // its next start lists the registry
    const told = this.#toldTo(receiver);
    if ((told[record] as number) >= version || this.#kind.sourceOf(record) === receiver) return;
    if (told[record] === 0) this.#noteNewcomer(receiver, record);
    told[record] = version;
    this.#kind.deliver(receiver, record, payload);
  }

  #noteNewcomer(receiver: SimNode, record: number): void {
    const newcomers = this.#newcomers.get(receiver) ?? new Map<number, Microseconds>();
    this.#newcomers.set(receiver, newcomers.set(record, this.#world.now));
  }

  /** Whether the version that a receiver was told of is the record's deletion. */
  #isDeleted(receiver: SimNode, record: number, told: number): boolean {
    const newest = this.#view(receiver.clusterIndex).get(record);
    return newest?.version === told && newest.payload === undefined;
  }

  #name(record: number, version: number): string {
    return `${this.#kind.nameOf(record)}/${version}`;
  }

  #view(cluster: number): Map<number, Versioned<Payload>> {
    return defined(this.#views[cluster], 'cluster');
  }

  #toldTo(receiver: SimNode): Int32Array {
    return defined(this.#told[receiver.index], 'node');
  }
}
