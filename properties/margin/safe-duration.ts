import type { Microseconds } from '../../model/time.ts';
import type { Scenario } from '../../sim/index.ts';
import { bestPair, bestSum, BestTwo } from './best-two.ts';
import type { FollowedProcedure, KeyRotation } from './key-writes.ts';
import type { Level } from './level.ts';
import { LinkDelays, receiverClasses, senderClasses } from './link-classes.ts';
import type { MeshNode } from './mesh-nodes.ts';
import { endpointWaits, nodeTerms } from './node-terms.ts';

/**
 * The ways in which an ordered pair demands that an old key be kept, each the sum of a term of the
 * sender, one of the receiver, and the links between them: docs/margin.md derives them.
 *
 * - `lateSender`: the receiver keeps the old key until the last packet of a sender that loads late.
 * - `lateNews`: the receiver keeps it until the sender has heard that it has the new one.
 * - `lateReceiver`: the sender keeps it until a receiver that loads late has been heard of.
 * - `ownInstall`: the sender keeps it until its own install is done.
 */
export type BindingKind = 'lateSender' | 'lateNews' | 'lateReceiver' | 'ownInstall';

/** A pair that demands a rotation duration. */
export interface Binding {
  readonly kind: BindingKind;
  /** The smallest rotation duration that the pair can do with. */
  readonly needed: Microseconds;
  /** The places of the nodes in the mesh. */
  readonly sender: number;
  readonly receiver: number;
}

export interface SafeDuration {
  /** The pairs that demand the most, largest first, each with another sum: at most three. */
  readonly bindings: readonly Binding[];
  /** The smallest of what the configured durations exceed their demands by. */
  readonly margin: Microseconds;
  /** By cluster: by how much its secret could be written later, still in time for all others. */
  readonly latitude: readonly Microseconds[];
}

/** What the closed form is asked about. */
export interface SafeDurationQuestion {
  readonly scenario: Scenario;
  readonly nodes: readonly MeshNode[];
  readonly procedure: FollowedProcedure;
  readonly rotation: KeyRotation;
  readonly level: Level;
}

/**
 * The smallest safe rotation duration of one rotation, in O(nodes + links), where nodes of a
 * cluster that no exception tells apart share one link to those of each cluster.
 */
export function safeDuration(question: SafeDurationQuestion): SafeDuration {
  const pairs = new Pairs(question);
  pairs.visitAll();
  return pairs.result();
}

const mostBindings = 3;

class Pairs {
  readonly #question: SafeDurationQuestion;
  readonly #senders;
  readonly #receivers;
  readonly #links: LinkDelays;
  readonly #waits: readonly Float64Array[];
  /** By cluster: since the first write of the key. */
  readonly #writtenEarliest: Float64Array;
  readonly #writtenLatest: Float64Array;
  readonly #sender: Readonly<Record<'anyone' | 'install' | 'switch' | 'load', BestTwo>>;
  readonly #receiver: Readonly<
    Record<'anyone' | 'load' | 'news' | 'farNews' | 'known' | 'farKnown', BestTwo>
  >;
  #bindings: Binding[] = [];
  #margin = Number.POSITIVE_INFINITY;
  readonly #latitude: Float64Array;

  constructor(question: SafeDurationQuestion) {
    const { scenario, nodes, rotation, level } = question;
    this.#question = question;
    this.#senders = senderClasses(scenario, nodes);
    this.#receivers = receiverClasses(scenario, nodes);
    this.#links = new LinkDelays(scenario);
    this.#waits = endpointWaits(scenario, level);
    this.#writtenEarliest = new Float64Array(scenario.clusters.length);
    this.#writtenLatest = new Float64Array(scenario.clusters.length);
    for (const { cluster, at } of rotation.writes) {
      if (question.procedure.keyWatchers[cluster] !== true) continue; // its loads say when
      this.#writtenEarliest[cluster] = at.earliest;
      this.#writtenLatest[cluster] = at.latest;
    }
    this.#latitude = new Float64Array(scenario.clusters.length).fill(Number.POSITIVE_INFINITY);
    const best = (count: number): BestTwo => new BestTwo(count);
    const senders = this.#senders.classes.length;
    const receivers = this.#receivers.classes.length;
    this.#sender = {
      anyone: best(senders),
      install: best(senders),
      switch: best(senders),
      load: best(senders),
    };
    this.#receiver = {
      anyone: best(receivers),
      load: best(receivers),
      news: best(receivers),
      farNews: best(receivers),
      known: best(receivers),
      farKnown: best(receivers),
    };
    this.#offerNodes();
  }

  /** The largest terms of each class of senders and receivers. */
  #offerNodes(): void {
    const { scenario, nodes, rotation, level } = this.#question;
    const terms = nodeTerms(scenario, nodes, rotation, level);
    for (const index of nodes.keys()) {
      const loadEarliest = terms.loadEarliest[index] as number;
      const loadLatest = terms.loadLatest[index] as number;
      const install = terms.installLatest[index] as number;
      const announce = terms.announceLatest[index] as number;
      const mesh = terms.meshLatest[index] as number;
      const s = this.#senders.classOf[index] as number;
      this.#sender.anyone.offer(s, index, 0);
      this.#sender.install.offer(s, index, install);
      this.#sender.switch.offer(s, index, loadLatest + install);
      this.#sender.load.offer(s, index, -loadEarliest);
      const r = this.#receivers.classOf[index] as number;
      this.#receiver.anyone.offer(r, index, 0);
      this.#receiver.load.offer(r, index, -loadEarliest);
      this.#receiver.news.offer(r, index, announce);
      this.#receiver.farNews.offer(r, index, announce + mesh);
      this.#receiver.known.offer(r, index, loadLatest + announce);
      this.#receiver.farKnown.offer(r, index, loadLatest + announce + mesh);
    }
  }

  visitAll(): void {
    for (const s of this.#senders.classes.keys()) {
      for (const r of this.#receivers.classes.keys()) this.#visit(s, r);
    }
  }

  /** Every demand of the senders of one class and the receivers of another. */
  #visit(s: number, r: number): void {
    const sender = this.#senders.classes[s];
    const receiver = this.#receivers.classes[r];
    if (sender === undefined || receiver === undefined) return;
    const { level } = this.#question;
    const from = sender.cluster;
    const to = receiver.cluster;
    const isFar = from !== to;
    const latency = level.late(this.#links.of('latency', sender, receiver));
    const watch = level.late(this.#links.of('watch', sender, receiver));
    const heard = watch + (this.#waits[from]?.[to] ?? 0);
    const senderIsLater = isFar ? this.#later(from, to) : 0;
    const receiverIsLater = isFar ? this.#later(to, from) : 0;
    const { install, anyone } = this.#sender;
    const news = isFar ? this.#receiver.farNews : this.#receiver.news;
    const known = isFar ? this.#receiver.farKnown : this.#receiver.known;
    this.#offer(
      'lateSender',
      s,
      r,
      this.#sender.switch,
      this.#receiver.load,
      senderIsLater + latency,
    );
    this.#offer('lateNews', s, r, anyone, news, heard + latency);
    this.#offer('lateReceiver', s, r, this.#sender.load, known, receiverIsLater + heard);
    this.#offer('ownInstall', s, r, install, this.#receiver.anyone, 0);
  }

  /** By how much one cluster's secret may be written after another's. */
  #later(cluster: number, than: number): Microseconds {
    return (this.#writtenLatest[cluster] as number) - (this.#writtenEarliest[than] as number);
  }

  // Called some 260,000 times for 255 clusters: an object for each would cost more than the sums.
  // eslint-disable-next-line max-params
  #offer(
    kind: BindingKind,
    s: number,
    r: number,
    senders: BestTwo,
    receivers: BestTwo,
    link: Microseconds,
  ): void {
    const needed = bestSum(senders, s, receivers, r) + link;
    if (needed === Number.NEGATIVE_INFINITY) return;
    const from = this.#senders.classes[s]?.cluster ?? 0;
    const to = this.#receivers.classes[r]?.cluster ?? 0;
    const senderKeeps = kind === 'lateReceiver' || kind === 'ownInstall';
    const keeper = senderKeeps ? from : to;
    const slack = (this.#question.procedure.rotationDurations[keeper] as number) - needed;
    this.#margin = Math.min(this.#margin, slack);
    if (from !== to && (kind === 'lateSender' || kind === 'lateReceiver')) {
      const late = kind === 'lateSender' ? from : to;
      this.#latitude[late] = Math.min(this.#latitude[late] as number, slack);
    }
    const least = this.#bindings[mostBindings - 1];
    if (least !== undefined && needed <= least.needed) return;
    if (this.#bindings.some((binding) => binding.needed === needed)) return;
    const { sender, receiver } = bestPair(senders, s, receivers, r);
    this.#bindings = [...this.#bindings, { kind, needed, sender, receiver }]
      .sort((one, other) => other.needed - one.needed)
      .slice(0, mostBindings);
  }

  result(): SafeDuration {
    return {
      bindings: this.#bindings,
      margin: this.#margin,
      latitude: [...this.#latitude],
    };
  }
}
