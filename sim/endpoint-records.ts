import { defined } from '../model/assert.ts';
import { int32Column } from '../model/columns.ts';
import type { Microseconds } from '../model/time.ts';
import { endpointSyncInterval, podAddress } from './endpoints.ts';
import { Records } from './records.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/**
 * The pods' records (CiliumEndpoint objects, or the kvstore's), as far as they matter here: the key
 * ID of the node that a pod is on, for the releases that choose the key by the pod.
 */
export class EndpointRecords {
  readonly #world: World;
  readonly #records: Records<number>;
  /** By cluster, the number of its first pod's record. */
  readonly #podsPerNode: number;
  /** By node, the key ID that it published last. */
  readonly #keyIds: Int32Array;

  constructor(world: World) {
    this.#world = world;
    this.#keyIds = int32Column(world.nodes.length);
    this.#podsPerNode = Math.max(1, ...world.scenario.clusters.map((one) => one.podsPerNode));
    const needed = world.nodes.some(watchesEndpoints) || mayChangeRelease(world);
    this.#records = new Records<number>(world, {
      count: needed ? world.nodes.length * this.#podsPerNode : 0,
      sourceOf: (record) => this.#nodeOf(record),
      nameOf: (record) => `endpoint/${this.#nodeOf(record).name}/${this.#podOf(record)}`,
      watches: watchesEndpoints,
      deliver: (receiver, record, payload) => {
        this.#tell(receiver, record, payload);
      },
    });
    this.isUsed = needed;
  }

  /** Whether any node of this run may ever ask for a pod's key ID. */
  readonly isUsed: boolean;

  settle(node: SimNode, keyId: number): void {
    if (!this.isUsed) return;
    for (const record of this.#recordsOf(node)) this.#records.settle(record, keyId);
  }

  /** Each pod's record follows the node's key ID at the next beat of its own controller. */
  publishOf(node: SimNode, keyId: number): void {
    if (!this.isUsed) return;
    this.#keyIds[node.index] = keyId;
    const { now, streams } = this.#world;
    const interval = endpointSyncInterval[node.cluster.registry];
    for (const record of this.#recordsOf(node)) {
      if (this.#records.newest(record) === keyId) continue;
      const phase = streams
        .once(`endpointSync/${node.name}/${this.#podOf(record)}`)
        .integer(interval);
      const sinceBeat = (now + interval - phase) % interval;
      this.#scheduleBeat(record, now + ((interval - sinceBeat) % interval));
    }
  }

  #scheduleBeat(record: number, at: Microseconds): void {
    this.#world.queue.schedule(at, {
      run: () => {
        this.#beat(record);
      },
    });
  }

  /** The controller is of the agent's process, and writes what the key ID is when its beat comes. */
  #beat(record: number): void {
    const node = this.#nodeOf(record);
    const keyId = this.#keyIds[node.index] as number;
    if (node.agent?.isRunning !== true || this.#records.newest(record) === keyId) return;
    if (!node.agent.isPaused) return this.#records.publish(record, keyId);
    this.#scheduleBeat(record, this.#world.now + endpointSyncInterval[node.cluster.registry]);
  }

  withdraw(node: SimNode): void {
    if (!this.isUsed) return;
    for (const record of this.#recordsOf(node)) this.#records.publish(record, undefined);
  }

  /** What a starting agent lists: every pod on another node. */
  tellAll(receiver: SimNode): void {
    if (!watchesEndpoints(receiver)) return;
    for (const { record, payload } of this.#records.list(receiver)) {
      this.#tell(receiver, record, payload);
    }
  }

  resyncSource(node: SimNode): void {
    this.#records.resyncSource(node);
  }

  resyncReceiver(node: SimNode): void {
    this.#records.resyncReceiver(node);
  }

  resyncMesh(from: number, to: number): void {
    this.#records.resyncMesh(from, to);
  }

  #tell(receiver: SimNode, record: number, keyId: number | undefined): void {
    const node = this.#nodeOf(record);
    for (const family of [4, 6] as const) {
      const address = podAddress(node, this.#podOf(record), family);
      if (address === undefined) continue;
      receiver.agent?.tell(
        keyId === undefined
          ? { kind: 'endpointDelete', address }
          : { kind: 'endpointUpsert', address, keyId },
      );
    }
  }

  *#recordsOf(node: SimNode): Iterable<number> {
    for (let pod = 0; pod < node.cluster.podsPerNode; pod += 1) {
      yield node.index * this.#podsPerNode + pod;
    }
  }

  #nodeOf(record: number): SimNode {
    return defined(this.#world.nodes[Math.floor(record / this.#podsPerNode)], 'node');
  }

  #podOf(record: number): number {
    return record % this.#podsPerNode;
  }
}

function watchesEndpoints(node: SimNode): boolean {
  return node.profile.datapath.peerKeyIdFrom === 'endpoint';
}

function mayChangeRelease(world: World): boolean {
  return world.scenario.procedure.some(({ kind }) => kind === 'upgrade');
}
