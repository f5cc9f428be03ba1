import { keyTimingChart } from '../../model/cluster/index.ts';
import type { EventOf, StateOf } from '../../model/chart.ts';
import { olderKeyId } from '../../model/datapath/index.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Trace } from '../../sim/index.ts';

/** `receive`: the node can decrypt the key. `send`: it encrypts with it. */
export type KeyUse = 'receive' | 'send';
type Timing = StateOf<typeof keyTimingChart>;

/** A stretch of time in which one use of one key on one node was in one state of the chart. */
export interface KeySpan {
  readonly node: number;
  readonly keyId: number;
  readonly use: KeyUse;
  /** Never `hidden`: that is where there is no span. */
  readonly state: Timing;
  readonly from: Microseconds;
  readonly to: Microseconds;
}

interface Life {
  readonly node: number;
  readonly keyId: number;
  readonly use: KeyUse;
  state: Timing;
  since: Microseconds;
  peers: number;
}

/** A pair of nodes of which one begins to send to the other with another key; 0 for none. */
export interface PairKeyChange {
  readonly at: Microseconds;
  readonly sender: number;
  readonly receiver: number;
  readonly keyId: number;
}

/** Key IDs are less than this. */
const keyIds = 16;

/**
 * The life of each key on each node, for both of its uses, as the key timing chart has it: how many
 * of the node's peers it is in use with.
 */
export class KeyLives {
  readonly #count: number;
  readonly #lives = new Map<number, Life>();
  readonly #spans: KeySpan[] = [];
  readonly pairKeys: PairKeyChange[] = [];
  readonly #members: Set<number> = new Set();
  /** By (node, peer, key): how many states to receive with. */
  readonly #inputs = new Map<number, number>();
  /** By (sender, receiver). */
  readonly #peerKey: Uint8Array;
  readonly #inUse: Uint8Array;
  readonly #ownKey: Uint8Array;

  constructor(trace: Trace) {
    this.#count = trace.names.nodes.length;
    this.#peerKey = new Uint8Array(this.#count * this.#count);
    this.#inUse = new Uint8Array(this.#count * this.#count);
    this.#ownKey = new Uint8Array(this.#count);
    this.#watchMembers(trace);
    trace.observe('stateAdded', (at, node, peer, spi, output) => {
      if (output === 0 && peer >= 0) this.#receive({ at, node, peer, keyId: spi, change: 1 });
    });
    trace.observe('stateDeleted', (at, node, peer, spi, output) => {
      if (output === 0 && peer >= 0) this.#receive({ at, node, peer, keyId: spi, change: -1 });
    });
    trace.observe('peerKeySet', (at, sender, receiver, keyId) => {
      if (receiver < 0) return;
      this.#peerKey[sender * this.#count + receiver] = keyId;
      this.#updatePair(at, sender, receiver);
    });
    trace.observe('encryptMapSet', (at, sender, keyId) => {
      this.#ownKey[sender] = keyId;
      for (let receiver = 0; receiver < this.#count; receiver += 1) {
        this.#updatePair(at, sender, receiver);
      }
    });
    trace.observe('nodeDeleted', (at, sender, receiver) => {
      if (receiver < 0) return;
      this.#peerKey[sender * this.#count + receiver] = 0;
      this.#updatePair(at, sender, receiver);
    });
  }

  /** All spans, those that still last ending at `end`; by node, key, use and time. */
  spans(end: Microseconds): readonly KeySpan[] {
    const open = [...this.#lives.values()]
      .filter(({ state, since }) => state !== 'hidden' && since < end)
      .map(({ node, keyId, use, state, since }) => ({
        ...{ node, keyId, use, state, from: since, to: end },
      }));
    return [...this.#spans, ...open].sort(
      (one, other) =>
        one.node - other.node ||
        one.keyId - other.keyId ||
        (one.use === other.use ? one.from - other.from : one.use === 'receive' ? -1 : 1),
    );
  }

  #watchMembers(trace: Trace): void {
    trace.observe('agentStarted', (_at, node) => {
      this.#members.add(node);
    });
    trace.observe('nodeChanged', (at, node, state) => {
      const name = trace.meaning('text', state);
      if (name === 'gone') this.#members.delete(node);
      // The kernel's memory is lost, and all keys with it.
      if (name !== 'running') this.#forget(at, node);
    });
  }

  #forget(at: Microseconds, node: number): void {
    this.#ownKey[node] = 0;
    for (let peer = 0; peer < this.#count; peer += 1) {
      this.#peerKey[node * this.#count + peer] = 0;
      this.#updatePair(at, node, peer);
      for (let keyId = 1; keyId < keyIds; keyId += 1) {
        const held = this.#inputs.get(this.#inputOf(node, peer, keyId)) ?? 0;
        if (held > 0) this.#receive({ at, node, peer, keyId, change: -held });
      }
    }
  }

  #inputOf(node: number, peer: number, keyId: number): number {
    return (node * this.#count + peer) * keyIds + (keyId % keyIds);
  }

  #receive(step: {
    readonly at: Microseconds;
    readonly node: number;
    readonly peer: number;
    readonly keyId: number;
    readonly change: number;
  }): void {
    const { at, node, peer, keyId, change } = step;
    const place = this.#inputOf(node, peer, keyId);
    const before = this.#inputs.get(place) ?? 0;
    const after = Math.max(0, before + change);
    this.#inputs.set(place, after);
    if (before === 0 && after > 0) this.#countPeer({ at, node, keyId, use: 'receive' }, 1);
    if (before > 0 && after === 0) this.#countPeer({ at, node, keyId, use: 'receive' }, -1);
  }

  #updatePair(at: Microseconds, sender: number, receiver: number): void {
    if (sender === receiver) return;
    const pair = sender * this.#count + receiver;
    const own = this.#ownKey[sender] ?? 0;
    const peers = this.#peerKey[pair] ?? 0;
    const keyId = own === 0 || peers === 0 ? 0 : olderKeyId(own, peers);
    const before = this.#inUse[pair] ?? 0;
    if (keyId === before) return;
    this.#inUse[pair] = keyId;
    this.pairKeys.push({ at, sender, receiver, keyId });
    if (keyId > 0) this.#countPeer({ at, node: sender, keyId, use: 'send' }, 1);
    if (before > 0) this.#countPeer({ at, node: sender, keyId: before, use: 'send' }, -1);
  }

  /** One peer more, or less, with which the node uses the key. */
  #countPeer(
    use: Pick<KeySpan, 'node' | 'keyId' | 'use'> & { readonly at: Microseconds },
    change: 1 | -1,
  ): void {
    const life = this.#lifeOf(use);
    life.peers += change;
    const others = this.#members.size - 1;
    const { at } = use;
    if (change === 1) {
      if (life.state === 'hidden' || life.state === 'unretentive') this.#step(life, at, 'BEGUN');
      // Who joined since was not in use with it yet.
      else if (life.state === 'omnipresent' && life.peers < others)
        this.#step(life, at, 'PEER_JOINED');
      if (life.state === 'rumoured' && life.peers >= others) this.#step(life, at, 'EVERYWHERE');
    } else {
      if (life.state !== 'unretentive') this.#step(life, at, 'ENDED');
      if (life.peers === 0) this.#step(life, at, 'NOWHERE');
    }
  }

  #lifeOf({ node, keyId, use }: Pick<KeySpan, 'node' | 'keyId' | 'use'>): Life {
    const place = (node * keyIds + (keyId % keyIds)) * 2 + (use === 'send' ? 1 : 0);
    const known = this.#lives.get(place);
    if (known !== undefined) return known;
    const life: Life = { node, keyId, use, state: keyTimingChart.initial, since: 0, peers: 0 };
    this.#lives.set(place, life);
    return life;
  }

  #step(life: Life, at: Microseconds, event: EventOf<typeof keyTimingChart>): void {
    const { node, keyId, use, state, since: from } = life;
    const { next } = keyTimingChart.step(state, event);
    if (next === state) return;
    // What lasts no time is not seen.
    if (state !== 'hidden' && from < at) {
      this.#spans.push({ node, keyId, use, state, from, to: at });
    }
    life.state = next;
    life.since = at;
  }
}
