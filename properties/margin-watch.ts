import type { NodeName } from '../model/agent/index.ts';
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
 * The old key goes at the reclaimer's first tick after its duration, up to a minute later, so a
 * run may lose nothing although a margin is negative.
 */
export class MarginWatch {
  readonly #names: readonly string[];
  readonly #history: History;
  readonly #latency: ReturnType<typeof latencyBoundsOf>;
  /** By (receiver, sender): when the sender switched to a key that the receiver has not installed. */
  readonly #awaited = new Map<number, Since>();
  #smallest: Margin | undefined = undefined;
  #needed: Microseconds = 0;

  constructor(scenario: Scenario, trace: Trace, history: History) {
    this.#names = trace.names.nodes;
    this.#history = history;
    this.#latency = latencyBoundsOf(scenario);
    if (!history.knowsPairs) return;
    trace.observe('peerKeySet', (at, sender, receiver, keyId) => {
      if (at > 0 && lastOf(history.node(sender).encryptMap)?.keyId === keyId) {
        this.#switched(sender, receiver, { at, keyId });
      }
    });
    trace.observe('encryptMapSet', (at, sender, keyId) => {
      if (at === 0) return;
      for (const receiver of this.#names.keys()) {
        const known = receiver !== sender && history.peerKey(sender, receiver).keyId === keyId;
        if (known) this.#switched(sender, receiver, { at, keyId });
      }
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

  /** When a node loaded its present key, if that is this one and replaced another during the run. */
  #rotationLoad(node: number, keyId: number): Microseconds | undefined {
    const { loads } = this.#history.node(node);
    const last = lastOf(loads);
    return loads.length > 1 && last?.keyId === keyId ? last.at : undefined;
  }

  /**
   * The pair that has been using a replaced key for the longest when the run ends: its margin can
   * only have been smaller than this.
   */
  #worstLaggard(endedAt: Microseconds): Margin | undefined {
    if (!this.#history.knowsPairs) return undefined;
    let worst: Margin | undefined = undefined;
    for (const [receiver, { loads, rotationDuration }] of this.#history.nodes.entries()) {
      const loaded = lastOf(loads);
      if (loads.length < 2 || loaded === undefined) continue;
      const smallest = loaded.at + rotationDuration - endedAt;
      if (smallest >= (worst?.smallest ?? 0)) continue;
      const sender = this.#nodeStillUsingOldKey(receiver, loaded.keyId);
      if (sender === undefined) continue;
      worst = this.#margin('receiverKeeps', sender, receiver, smallest);
    }
    return worst;
  }

  #nodeStillUsingOldKey(receiver: number, keyId: number): number | undefined {
    const index = this.#history.nodes.findIndex(({ encryptMap }, sender) => {
      const own = lastOf(encryptMap)?.keyId;
      if (sender === receiver || own === undefined) return false;
      return own !== keyId || this.#history.peerKey(sender, receiver).keyId !== keyId;
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

  #pair(receiver: number, sender: number): number {
    return receiver * this.#names.length + sender;
  }
}

function lastOf<Item>(items: readonly Item[]): Item | undefined {
  return items[items.length - 1];
}
