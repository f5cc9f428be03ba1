import {
  type Delay,
  type DelayOverride,
  DelayTable,
  type LocalDelay,
  type NodeSelector,
  type Scenario,
} from '../../sim/index.ts';
import type { MeshNode } from './mesh-nodes.ts';

/** Nodes of one cluster that all links treat alike. */
export interface LinkClass {
  readonly cluster: number;
  /** Any of them. */
  readonly node: MeshNode;
}

/** The classes of one end of the links, and by node the number of its class. */
export interface LinkClasses {
  readonly classes: readonly LinkClass[];
  readonly classOf: Int32Array;
}

const linkDelays: readonly LocalDelay[] = ['watch', 'latency'];

/**
 * The classes of the nodes as senders: who sends a packet, and whom it takes `watch` to learn of
 * its receiver. A node has a class of its own only if an exception names it.
 */
export function senderClasses(scenario: Scenario, nodes: readonly MeshNode[]): LinkClasses {
  return classesBy(
    nodes,
    namedIn(scenario, ({ at }) => at),
  );
}

/** The classes of the nodes as receivers: the far end of both delays. */
export function receiverClasses(scenario: Scenario, nodes: readonly MeshNode[]): LinkClasses {
  return classesBy(
    nodes,
    namedIn(scenario, ({ from }) => from),
  );
}

/** The delays of the links between a sender's class and a receiver's. */
export class LinkDelays {
  readonly #scenario: Scenario;
  readonly #table: DelayTable;
  readonly #same: Readonly<Record<'watch' | 'latency', boolean>>;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#table = new DelayTable(scenario);
    const same = (delay: LocalDelay): boolean =>
      scenario.delayOverrides.every((override) => override.delay !== delay);
    this.#same = { watch: same('watch'), latency: same('latency') };
  }

  of(delay: 'watch' | 'latency', sender: LinkClass, receiver: LinkClass): Delay {
    if (this.#same[delay]) return this.#scenario.delays[delay];
    return this.#table.of(delay, sender.node, receiver.node);
  }
}

function namedIn(
  { delayOverrides }: Scenario,
  end: (override: DelayOverride) => NodeSelector,
): ReadonlySet<string> {
  const named = new Set<string>();
  for (const override of delayOverrides) {
    const selector = end(override);
    if (!linkDelays.includes(override.delay) || selector.kind !== 'node') continue;
    named.add(`${selector.cluster}/${selector.node}`);
  }
  return named;
}

function classesBy(nodes: readonly MeshNode[], named: ReadonlySet<string>): LinkClasses {
  const classes: LinkClass[] = [];
  const classOf = new Int32Array(nodes.length);
  const ofCluster = new Map<number, number>();
  for (const [index, node] of nodes.entries()) {
    const alone = named.size > 0 && named.has(`${node.clusterName}/${node.shortName}`);
    const known = alone ? undefined : ofCluster.get(node.cluster);
    const number = known ?? classes.push({ cluster: node.cluster, node }) - 1;
    if (!alone) ofCluster.set(node.cluster, number);
    classOf[index] = number;
  }
  return { classes, classOf };
}
