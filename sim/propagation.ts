import type { NodeRecord } from '../model/agent/index.ts';
import { EndpointRecords } from './endpoint-records.ts';
import { NodeRecords } from './node-records.ts';
import { RotationWatch } from './rotation-watch.ts';
import { Secrets } from './secrets.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/**
 * All that has to reach the agents, from the API servers and from each other: secrets, and the records
 * of nodes and pods. And how far each cluster's rotation has come by it.
 */
export class Propagation {
  readonly secrets: Secrets;
  readonly nodeRecords: NodeRecords;
  readonly endpointRecords: EndpointRecords;
  /** By cluster. */
  readonly rotations: readonly RotationWatch[];

  constructor(world: World) {
    this.secrets = new Secrets(world, (cluster) => this.rotations[cluster]?.secretWritten());
    this.nodeRecords = new NodeRecords(world);
    this.endpointRecords = new EndpointRecords(world);
    this.rotations = world.scenario.clusters.map(
      (_, cluster) => new RotationWatch(world, this.secrets, cluster),
    );
    world.links.onceWhole({
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
  }

  /** Puts a node's records where everybody has long known them. */
  settle(node: SimNode, keyId: number): void {
    this.nodeRecords.settle(node, keyId);
    this.endpointRecords.settle(node, keyId);
  }

  /** `instead`: what the node's record says other than the truth. */
  publish(node: SimNode, keyId: number, instead?: Partial<NodeRecord>): void {
    this.nodeRecords.publishOf(node, keyId, instead);
    this.endpointRecords.publishOf(node, keyId);
  }

  withdraw(node: SimNode): void {
    this.nodeRecords.withdraw(node);
    this.endpointRecords.withdraw(node);
  }

  /** An agent loaded a key, or removed states: its cluster may have got further. */
  lookAgain(node: SimNode): void {
    this.rotations[node.clusterIndex]?.check();
  }
}
