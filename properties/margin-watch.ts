import type { NodeName } from '../model/agent/index.ts';
import { uint8Column } from '../model/columns.ts';
import type { Microseconds } from '../model/time.ts';
import type { Scenario, Trace } from '../sim/index.ts';
import type { History, Since } from './history.ts';
import { latencyBoundsOf } from './latency-bounds.ts';
import type { Margin, MarginRule } from './verdict.ts';

/**
 * Measures in a run what the rotation law demands of each ordered pair sender s, receiver r, when s
 * starts to send with a new key to r (`switch`, the later of its own encrypt map and of its learning
 * that r has the key):
 *
 * - `receiverKeeps`: switch + latency <= load(r) + rotationDuration(r);
 * - `senderKeeps`: switch <= load(s) + rotationDuration(s);
 * - `receiverReady`: installed(r, s) <= switch + latency.
 *
 * Only what replaces a key counts: a node that joins or boots begins to send, and switches from nothing.
 *
 * The old key goes at the reclaimer's first tick after its duration, up to a minute later, so a
 * run may lose nothing although a margin is negative.
 */
export class MarginWatch {
  readonly #names: readonly string[];
  readonly #history: History;
  readonly #latency: ReturnType<typeof latencyBoundsOf>;
  /** By (receiver, sender): when the sender switched to a key that the receiver has not installed. */
  readonly #awaited = new Map<number, Since>();
  /** By (sender, receiver): the key in use, 0 for none, `older` while the ends have different ones. */
  readonly #inUse: Uint8Array;
  #smallest: Margin | undefined = undefined;
  #needed: Microseconds = 0;

  constructor(scenario: Scenario, trace: Trace, history: History) {
    this.#names = trace.names.nodes;
    this.#history = history;
    this.#latency = latencyBoundsOf(scenario);
    this.#inUse = uint8Column(history.knowsPairs ? this.#names.length * this.#names.length : 0);
    if (!history.knowsPairs) return;
    trace.observe('peerKeySet', (at, sender, receiver) => {
      this.#update(sender, receiver, at);
    });
    trace.observe('encryptMapSet', (at, sender) => {
      for (const receiver of this.#names.keys()) {
        if (receiver !== sender) this.#update(sender, receiver, at);
      }
    });
    trace.observe('nodeDeleted', (_at, sender, receiver) => {
      this.#inUse[this.#pair(sender, receiver)] = 0;
    });
    trace.observe('nodeChanged', (_at, sender) => {
      const first = this.#pair(sender, 0);
      if (!history.node(sender).isUp) this.#inUse.fill(0, first, first + this.#names.length);
    });
    trace.observe('stateAdded', (at, receiver, sender, spi, output) => {
      if (output === 0 && this.#awaited.size > 0)
        this.#installed(receiver, sender, { at, keyId: spi });
    });
  }

  /** The smallest margin seen; undefined where no pair ever moved to a new key, nor should have. */
  result(endedAt: Microseconds): Margin | undefined {
    const laggard = this.#worstLaggard(endedAt);
    const smallest = laggard ?? this.#smallest;
    if (smallest === undefined) return undefined;
    return {
      ...smallest,
      neededRotationDuration: laggard === undefined ? this.#needed : undefined,
    };
  }

  /** Something that decides about the key of a pair has changed. */
  #update(sender: number, receiver: number, at: Microseconds): void {
    const own = this.#history.node(sender).encryptKeyId;
    const { keyId: peers } = this.#history.peerKey(sender, receiver);
    const pair = this.#pair(sender, receiver);
    const before = this.#inUse[pair];
    const now = own === 0 || peers === 0 ? 0 : own === peers ? own : older;
    this.#inUse[pair] = now;
    const replaced = before !== 0 && before !== now && now !== 0 && now !== older;
    if (replaced) this.#switched(sender, receiver, { at, keyId: now });
  }

  #switched(sender: number, receiver: number, to: Since): void {
    const { minimum, maximum } = this.#latency(sender, receiver);
    const sent = this.#rotationLoad(sender, to.keyId);
    const received = this.#rotationLoad(receiver, to.keyId);
    if (received !== undefined) {
      const needed = to.at + maximum - received;
      this.#needed = Math.max(this.#needed, needed);
      const duration = this.#history.node(receiver).rotationDuration;
      this.#note('receiverKeeps', sender, receiver, duration - needed);
    }
    if (sent !== undefined) {
      const needed = to.at - sent;
      this.#needed = Math.max(this.#needed, needed);
      const duration = this.#history.node(sender).rotationDuration;
      this.#note('senderKeeps', sender, receiver, duration - needed);
    }
    const installed = this.#history.inputKey(receiver, sender);
    if (installed.keyId === to.keyId) {
      this.#note('receiverReady', sender, receiver, to.at + minimum - installed.at);
    } else {
      this.#awaited.set(this.#pair(receiver, sender), to);
    }
  }

  #installed(receiver: number, sender: number, installed: Since): void {
    const awaited = this.#awaited.get(this.#pair(receiver, sender));
    if (awaited?.keyId !== installed.keyId) return;
    this.#awaited.delete(this.#pair(receiver, sender));
    const { minimum } = this.#latency(sender, receiver);
    this.#note('receiverReady', sender, receiver, awaited.at + minimum - installed.at);
  }

  /**
   * When a node loaded its present key, if that is this one and replaced another during the run. An
   * agent that starts again loads it once more and keeps an old key that long after that; not if it
   * was gone by then.
   */
  #rotationLoad(node: number, keyId: number): Microseconds | undefined {
    const { loads, deletions } = this.#history.node(node);
    const replaced = loads.findLastIndex((load) => load.keyId !== keyId);
    const first = loads[replaced + 1];
    const old = loads[replaced];
    if (first === undefined || old === undefined) return undefined;
    const deletedAt = deletions.get(old.keyId) ?? 0;
    if (deletedAt <= first.at) return lastOf(loads)?.at;
    return loads.findLast(({ at }) => at < deletedAt)?.at;
  }

  /**
   * The pair that has been using a replaced key for the longest when the run ends: its margin can
   * only have been smaller than this.
   */
  #worstLaggard(endedAt: Microseconds): Margin | undefined {
    if (!this.#history.knowsPairs) return undefined;
    let worst: Margin | undefined = undefined;
    for (const [receiver, { loads, rotationDuration, isUp }] of this.#history.nodes.entries()) {
      const keyId = lastOf(loads)?.keyId;
      const loadedAt = keyId === undefined ? undefined : this.#rotationLoad(receiver, keyId);
      if (!isUp || keyId === undefined || loadedAt === undefined) continue;
      const smallest = loadedAt + rotationDuration - endedAt;
      if (smallest >= (worst?.smallest ?? 0)) continue;
      const sender = this.#nodeStillUsingOldKey(receiver, keyId);
      if (sender === undefined) continue;
      worst = this.#margin('receiverKeeps', sender, receiver, smallest);
    }
    return worst;
  }

  #nodeStillUsingOldKey(receiver: number, keyId: number): number | undefined {
    const index = this.#history.nodes.findIndex((_, sender) => {
      const inUse = this.#inUse[this.#pair(sender, receiver)];
      return sender !== receiver && inUse !== 0 && inUse !== keyId;
    });
    return index === -1 ? undefined : index;
  }

  #note(rule: MarginRule, sender: number, receiver: number, smallest: Microseconds): void {
    if (smallest >= (this.#smallest?.smallest ?? Number.POSITIVE_INFINITY)) return;
    this.#smallest = this.#margin(rule, sender, receiver, smallest);
  }

  #margin(rule: MarginRule, sender: number, receiver: number, smallest: Microseconds): Margin {
    return {
      smallest,
      rule,
      sender: this.#names[sender] as NodeName,
      receiver: this.#names[receiver] as NodeName,
      neededRotationDuration: undefined,
    };
  }

  #pair(one: number, other: number): number {
    return one * this.#names.length + other;
  }
}

/** Stands for the older of two different key IDs: key IDs end at 15. */
const older = 255;

function lastOf<Item>(items: readonly Item[]): Item | undefined {
  return items[items.length - 1];
}
