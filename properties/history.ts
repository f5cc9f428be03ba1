import { assert } from '../model/assert.ts';
import type { Microseconds } from '../model/time.ts';
import type { Trace } from '../sim/index.ts';

/** A key ID and since when. */
export interface Since {
  readonly at: Microseconds;
  readonly keyId: number;
}

/** What one node went through, as far as causes are looked for in it. Lists are in order of time. */
export interface NodeHistory {
  /** Each key loaded; the first one at 0 is what the run began with. */
  readonly loads: Since[];
  readonly encryptMap: Since[];
  /** When the file in the agent's pod was replaced. */
  readonly files: Microseconds[];
  /** When the machine came up, or its agent, after the start of the run. */
  readonly boots: Microseconds[];
  readonly agentStarts: Microseconds[];
  /** The releases that its agents were changed to, and when. */
  readonly releases: { readonly at: Microseconds; readonly release: string }[];
  /** Since when no program of Cilium sees what arrives; undefined where one does. */
  blindSince: Microseconds | undefined;
  /** By SPI, when the last state of it was deleted. */
  readonly deletions: Map<number, Microseconds>;
  rotationDuration: Microseconds;
  /** The key ID in the encrypt map now; 0 for none, as after a boot. */
  encryptKeyId: number;
  /** Whether its kernel is up: a node that is down, or has left, sends nothing. */
  isUp: boolean;
}

/** What verdicts remember of ordered pairs takes 19 octets each: for so many nodes, 80 MB. */
const mostNodesInPairs = 2048;

/**
 * Remembers of a run what verdicts are made of: per node all that happened to its keys, and per
 * ordered pair of nodes the newest news.
 */
export class History {
  readonly nodes: readonly NodeHistory[];
  /** By cluster, when its secret was written, after the start of the run. */
  readonly secretWrites: readonly Microseconds[][];
  /** The faults, in order of time. */
  readonly faults: { readonly at: Microseconds; readonly kind: string }[] = [];
  readonly #count: number;
  /** By (node, peer): the key ID that the node's maps hold of the peer, and since when. */
  readonly #peerKey: Uint8Array;
  readonly #peerKeyAt: Float64Array;
  /** By (node, peer): the SPI of the newest state to receive from the peer, and since when. */
  readonly #inputSpi: Uint8Array;
  readonly #inputAt: Float64Array;

  constructor(trace: Trace) {
    const { nodes, clusters } = trace.names;
    this.#count = nodes.length;
    this.nodes = nodes.map(freshHistory);
    this.secretWrites = clusters.map(() => []);
    const pairs = this.#count > mostNodesInPairs ? 0 : this.#count * this.#count;
    this.#peerKey = new Uint8Array(pairs);
    this.#peerKeyAt = new Float64Array(pairs);
    this.#inputSpi = new Uint8Array(pairs);
    this.#inputAt = new Float64Array(pairs);
    this.#watchNodes(trace);
    if (pairs > 0) this.#watchPairs(trace);
  }

  /** Whether pairs are remembered: not for very large clusters. */
  get knowsPairs(): boolean {
    return this.#peerKey.length > 0;
  }

  node(index: number): NodeHistory {
    const history = this.nodes[index];
    assert(history !== undefined, `no node ${index}`);
    return history;
  }

  /** The key that the node's datapath believes the peer to have; key ID 0 for none. */
  peerKey(node: number, peer: number): Since {
    const pair = node * this.#count + peer;
    return { keyId: this.#peerKey[pair] ?? 0, at: this.#peerKeyAt[pair] ?? 0 };
  }

  /** The newest key with which the node can receive from the peer. */
  inputKey(node: number, peer: number): Since {
    const pair = node * this.#count + peer;
    return { keyId: this.#inputSpi[pair] ?? 0, at: this.#inputAt[pair] ?? 0 };
  }

  #watchNodes(trace: Trace): void {
    trace.observe('keyLoaded', (at, node, keyId) => this.node(node).loads.push({ at, keyId }));
    trace.observe('encryptMapSet', (at, node, keyId) => {
      const history = this.node(node);
      history.encryptMap.push({ at, keyId });
      history.encryptKeyId = keyId;
    });
    trace.observe('faultInjected', (at, fault) =>
      this.faults.push({ at, kind: String(trace.meaning('text', fault)) }),
    );
    trace.observe('volumeUpdated', (at, node) => this.node(node).files.push(at));
    trace.observe('secretWritten', (at, cluster) => this.secretWrites[cluster]?.push(at));
    trace.observe('agentStarted', (at, node, rotationDuration) => {
      const history = this.node(node);
      history.rotationDuration = rotationDuration;
      history.blindSince = undefined; // it is told next if that is so again
      if (at > 0) history.agentStarts.push(at);
    });
    trace.observe('programMisplaced', (at, node) => {
      this.node(node).blindSince = at;
    });
    trace.observe('releaseChanged', (at, node, release) => {
      this.node(node).releases.push({ at, release: String(trace.meaning('text', release)) });
    });
    trace.observe('nodeChanged', (at, node, state) => {
      const history = this.node(node);
      history.isUp = trace.meaning('text', state) === 'running';
      if (history.isUp) history.boots.push(at);
      else history.encryptKeyId = 0;
    });
    trace.observe('stateDeleted', (at, node, _peer, spi) => {
      this.node(node).deletions.set(spi, at);
    });
  }

  #watchPairs(trace: Trace): void {
    trace.observe('peerKeySet', (at, node, peer, keyId) => {
      const pair = node * this.#count + peer;
      this.#peerKey[pair] = keyId;
      this.#peerKeyAt[pair] = at;
    });
    trace.observe('stateAdded', (at, node, peer, spi, output) => {
      if (output === 1 || peer < 0) return;
      const pair = node * this.#count + peer;
      this.#inputSpi[pair] = spi;
      this.#inputAt[pair] = at;
    });
    trace.observe('nodeDeleted', (_at, node, peer) => {
      this.#forget(node * this.#count + peer, 1);
    });
    // Maps and states are in the kernel's memory, and nothing else changes a node's state.
    trace.observe('nodeChanged', (_at, node) => {
      if (!this.node(node).isUp) this.#forget(node * this.#count, this.#count);
    });
  }

  #forget(firstPair: number, count: number): void {
    this.#peerKey.fill(0, firstPair, firstPair + count);
    this.#inputSpi.fill(0, firstPair, firstPair + count);
  }
}

function freshHistory(): NodeHistory {
  return {
    loads: [],
    encryptMap: [],
    files: [],
    boots: [],
    agentStarts: [],
    releases: [],
    blindSince: undefined,
    deletions: new Map(),
    rotationDuration: 0,
    encryptKeyId: 0,
    isUp: true,
  };
}
