import { defined } from '../model/assert.ts';
import { Link } from './link.ts';
import type { SimNode } from './sim-node.ts';

/** What those do who missed something once a link is whole again: they read what is newest. */
export interface Resync {
  secret(node: SimNode): void;
  source(node: SimNode): void;
  receiver(node: SimNode): void;
  mesh(from: number, to: number): void;
}

/** All connections of the run. */
export class Links {
  readonly #secret: readonly Link[];
  readonly #publish: readonly Link[];
  readonly #watch: readonly Link[];
  readonly #mesh = new Map<string, Link>();
  /** By (from, to), as one number: it is asked for with every packet. */
  readonly #network = new Map<number, Link>();
  readonly #nodeCount: number;
  #resync: Resync | undefined = undefined;

  constructor(nodes: readonly SimNode[]) {
    this.#nodeCount = nodes.length;
    const ofEach = (resync: 'secret' | 'source' | 'receiver'): readonly Link[] =>
      nodes.map((node) => new Link(() => this.#whole()[resync](node)));
    this.#secret = ofEach('secret');
    this.#publish = ofEach('source');
    this.#watch = ofEach('receiver');
  }

  /** Called once, by whoever sends over these links. */
  onceWhole(resync: Resync): void {
    this.#resync = resync;
  }

  #whole(): Resync {
    return defined(this.#resync, 'someone who sends over the links');
  }

  /** API server to the kubelet of the node. */
  secret(node: SimNode): Link {
    return this.#secret[node.index] as Link;
  }

  /** Node to its registry. */
  publish(node: SimNode): Link {
    return this.#publish[node.index] as Link;
  }

  /** Registry to node. */
  watch(node: SimNode): Link {
    return this.#watch[node.index] as Link;
  }

  /** One cluster's registry to another cluster, by their places in the scenario. */
  mesh(from: number, to: number): Link {
    const key = `${from}>${to}`;
    const known = this.#mesh.get(key);
    if (known !== undefined) return known;
    const made = new Link(() => this.#whole().mesh(from, to));
    this.#mesh.set(key, made);
    return made;
  }

  /** Packets from one node to another; undefined where no fault ever touched them. */
  network(from: SimNode, to: SimNode): Link | undefined {
    if (this.#network.size === 0) return undefined;
    return this.#network.get(from.index * this.#nodeCount + to.index);
  }

  /** The same, for a fault that is about to touch them. */
  touchNetwork(from: SimNode, to: SimNode): Link {
    const link = this.network(from, to) ?? new Link();
    this.#network.set(from.index * this.#nodeCount + to.index, link);
    return link;
  }
}
