import type { NodeRecord } from '../model/agent/index.ts';
import { defined } from '../model/assert.ts';
import type { StateOf } from '../model/chart.ts';
import { ciliumNodeRecordChart, kvstoreNodeRecordChart } from '../model/cluster/index.ts';
import { minute, type Microseconds } from '../model/time.ts';
import { Records } from './records.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** `kvstore-lease-ttl` of cilium: pkg/defaults/defaults.go. */
export const leaseTime: Microseconds = 15 * minute;

type RecordState = StateOf<typeof kvstoreNodeRecordChart>;
type RecordEvent = Parameters<typeof kvstoreNodeRecordChart.step>[1];

/** The nodes' own records: CiliumNode objects, or the kvstore's. */
export class NodeRecords {
  readonly #world: World;
  readonly #records: Records<NodeRecord>;
  readonly #states: RecordState[];
  /** By node, the last record that anybody can have known: what a checkpoint file holds of it. */
  readonly #last: (NodeRecord | undefined)[];

  constructor(world: World) {
    this.#world = world;
    this.#states = world.nodes.map(() => 'absent');
    this.#last = world.nodes.map(() => undefined);
    this.#records = new Records<NodeRecord>(world, {
      count: world.nodes.length,
      sourceOf: (record) => nodeAt(world, record),
      nameOf: (record) => `node/${nodeAt(world, record).name}`,
      watches: () => true,
      deliver: (receiver, record, payload) => {
        this.#deliver(receiver, record, payload);
      },
    });
  }

  /** Puts the node's record where everybody has long known it. */
  settle(node: SimNode, keyId: number): void {
    const record = node.record(keyId);
    this.#step(node, 'PUBLISH');
    this.#last[node.index] = record;
    this.#records.settle(node.index, record);
  }

  /** `instead`: what the record says other than the truth. */
  publishOf(node: SimNode, keyId: number, instead?: Partial<NodeRecord>): void {
    const record = { ...node.record(keyId), ...instead };
    const known = this.#last[node.index];
    if (known !== undefined && isSame(known, record) && this.#states[node.index] === 'published') {
      return; // nothing to update
    }
    this.#step(node, 'PUBLISH');
    this.#last[node.index] = record;
    this.#records.publish(node.index, record);
  }

  withdraw(node: SimNode): void {
    if (!this.#step(node, 'WITHDRAW').includes('broadcastDelete')) return;
    this.#records.publish(node.index, undefined);
  }

  /** Nobody has renewed the node's lease for {@link leaseTime}: the kvstore drops its record. */
  expireLease(node: SimNode): void {
    if (node.cluster.registry !== 'kvstore' || this.#states[node.index] !== 'published') return;
    this.#step(node, 'LEASE_EXPIRED');
    this.#records.expire(node.index);
  }

  /** The records that a node's agent finds when it starts, its own left out. */
  listFor(node: SimNode): readonly NodeRecord[] {
    return this.#records.list(node).map(({ payload }) => payload);
  }

  /** The last records of the nodes that a node was first told of before this instant. */
  checkpointOf(node: SimNode, before: Microseconds): readonly NodeRecord[] {
    const known = this.#records.knownTo(node, before).map((record) => this.#last[record]);
    return known.filter((record) => record !== undefined);
  }

  resyncSource(node: SimNode): void {
    if (this.#states[node.index] === 'expired') {
      const last = defined(this.#last[node.index], 'record');
      this.#step(node, 'PUBLISH');
      this.#records.publish(node.index, last);
      return;
    }
    this.#records.resyncSource(node);
  }

  resyncReceiver(node: SimNode): void {
    this.#records.resyncReceiver(node);
  }

  resyncMesh(from: number, to: number): void {
    this.#records.resyncMesh(from, to);
  }

  #deliver(receiver: SimNode, source: number, payload: NodeRecord | undefined): void {
    const { trace, now } = this.#world;
    if (payload === undefined) {
      trace.record('nodeDeleted', now, receiver.index, source);
      receiver.agent?.tell({ kind: 'nodeDelete', name: nodeAt(this.#world, source).name });
      return;
    }
    trace.record('nodeSeen', now, receiver.index, source, payload.keyId);
    receiver.agent?.tell({ kind: 'nodeUpsert', node: payload });
  }

  /** A CiliumNode object has no lease; otherwise the two registries agree. */
  #step(node: SimNode, event: RecordEvent): readonly string[] {
    const state = this.#states[node.index] as RecordState;
    const { next, actions } =
      node.cluster.registry === 'crd' && state !== 'expired' && event !== 'LEASE_EXPIRED'
        ? ciliumNodeRecordChart.step(state, event)
        : kvstoreNodeRecordChart.step(state, event);
    this.#states[node.index] = next;
    return actions;
  }
}

function nodeAt(world: World, index: number): SimNode {
  return defined(world.nodes[index], 'node');
}

function isSame(one: NodeRecord, other: NodeRecord): boolean {
  return (
    one.keyId === other.keyId &&
    one.bootId === other.bootId &&
    one.internalIp[4] === other.internalIp[4] &&
    one.internalIp[6] === other.internalIp[6] &&
    one.ciliumInternalIp[4] === other.ciliumInternalIp[4] &&
    one.ciliumInternalIp[6] === other.ciliumInternalIp[6]
  );
}
