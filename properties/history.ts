import { assert } from '../model/assert.ts';
import { float64Column, uint8Column } from '../model/columns.ts';
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
  /** When the machine came up, or its agent, after the start of the run. */
  readonly boots: Microseconds[];
  readonly agentStarts: Microseconds[];
  readonly agentStops: Microseconds[];
  /** The releases that its agents were changed to, and when. */
  readonly releases: { readonly at: Microseconds; readonly release: string }[];
  /** Since when no program of Cilium sees what arrives; undefined where one does. */
  blindSince: Microseconds | undefined;
  /** When its agent had last gone through all nodes, with which key. */
  validated: Since | undefined;
  /** The state that was deleted last of all that happened to its states; -1 where it is another event. */
  lastDeleted: number;
  /** The operations of its agents that failed. */
  readonly failures: { readonly at: Microseconds; readonly operation: string }[];
  /** The last key file that its agents refused, in the agents' own words. */
  refusedKeyFile: { readonly at: Microseconds; readonly message: string } | undefined;
  /** By SPI, when the last state of it was deleted. */
  readonly deletions: Map<number, Microseconds>;
  rotationDuration: Microseconds;
  /** The key ID in the encrypt map now; 0 for none, as after a boot. */
  encryptKeyId: number;
  /** Whether its kernel is up: a node that is down, or has left, sends nothing. */
  isUp: boolean;
}

type Direction = 'in' | 'out';

function directionOf(output: number): Direction {
  return output === 1 ? 'out' : 'in';
}

/** Tells a node's state from its others. */
export function stateNumber(peer: number, spi: number, output: number): number {
  return (peer * 256 + spi) * 2 + output;
}

/** By (node, peer): the states of one direction that were added and deleted last. */
class PairStates {
  readonly #spi: Uint8Array;
  readonly #at: Float64Array;
  readonly #goneSpi: Uint8Array;
  readonly #goneAt: Float64Array;

  constructor(pairs: number) {
    this.#spi = uint8Column(pairs);
    this.#at = float64Column(pairs);
    this.#goneSpi = uint8Column(pairs);
    this.#goneAt = float64Column(pairs);
  }

  newest(pair: number): Since {
    return { keyId: this.#spi[pair] ?? 0, at: this.#at[pair] ?? 0 };
  }

  gone(pair: number): Since {
    return { keyId: this.#goneSpi[pair] ?? 0, at: this.#goneAt[pair] ?? 0 };
  }

  add(pair: number, at: Microseconds, spi: number): void {
    this.#spi[pair] = spi;
    this.#at[pair] = at;
    if (this.#goneSpi[pair] === spi) this.#goneSpi[pair] = 0;
  }

  delete(pair: number, at: Microseconds, spi: number): void {
    this.#goneSpi[pair] = spi;
    this.#goneAt[pair] = at;
  }

  forget(firstPair: number, count: number): void {
    this.#spi.fill(0, firstPair, firstPair + count);
    this.#goneSpi.fill(0, firstPair, firstPair + count);
  }
}

/** What verdicts remember of ordered pairs takes 53 octets each: for so many nodes, 220 MB. */
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
  /** By (node, peer): when the node last deleted all that it had of the peer; 0 for never. */
  readonly #peerDeletedAt: Float64Array;
  readonly #states: Readonly<Record<Direction, PairStates>>;

  constructor(trace: Trace) {
    const { nodes, clusters } = trace.names;
    this.#count = nodes.length;
    this.nodes = nodes.map(freshHistory);
    this.secretWrites = clusters.map(() => []);
    const pairs = this.#count > mostNodesInPairs ? 0 : this.#count * this.#count;
    this.#peerKey = uint8Column(pairs);
    this.#peerKeyAt = float64Column(pairs);
    this.#peerDeletedAt = float64Column(pairs);
    this.#states = { in: new PairStates(pairs), out: new PairStates(pairs) };
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

  /** When the node last deleted the peer, all states included; undefined if it never did. */
  peerDeletedAt(node: number, peer: number): Microseconds | undefined {
    const at = this.#peerDeletedAt[node * this.#count + peer] ?? 0;
    return at === 0 ? undefined : at;
  }

  /** The newest key with which the node can receive from the peer. */
  inputKey(node: number, peer: number): Since {
    return this.newestState('in', node, peer);
  }

  /** The newest state that the node had to receive from the peer, or to send to it. */
  newestState(direction: Direction, node: number, peer: number): Since {
    return this.#states[direction].newest(node * this.#count + peer);
  }

  /** When the pair's state of this SPI was deleted at the node, if it was the last, and not added again. */
  goneState(
    direction: Direction,
    { node, peer, spi }: { readonly node: number; readonly peer: number; readonly spi: number },
  ): Microseconds | undefined {
    const gone = this.#states[direction].gone(node * this.#count + peer);
    return gone.keyId === spi && spi !== 0 ? gone.at : undefined;
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
    trace.observe('secretWritten', (at, cluster) => this.secretWrites[cluster]?.push(at));
    trace.observe('agentStarted', (at, node, rotationDuration) => {
      const history = this.node(node);
      history.rotationDuration = rotationDuration;
      history.blindSince = undefined; // it is told next if that is so again
      if (at > 0) history.agentStarts.push(at);
    });
    trace.observe('agentStopped', (at, node) => this.node(node).agentStops.push(at));
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
    trace.observe('stateDeleted', (at, node, peer, spi, output) => {
      const history = this.node(node);
      history.deletions.set(spi, at);
      history.lastDeleted = stateNumber(peer, spi, output);
    });
    trace.observe('stateAdded', (_at, node) => {
      this.node(node).lastDeleted = -1;
    });
    trace.observe('allNodesValidated', (at, node, keyId) => {
      this.node(node).validated = { at, keyId };
    });
    trace.observe('operationFailed', (at, node, operation) => {
      const name = String(trace.meaning('text', operation));
      this.node(node).failures.push({ at, operation: name });
    });
    trace.observe('log', (at, node, level, message) => {
      if (trace.meaning('text', level) !== 'error') return;
      const said = String(trace.meaning('text', message));
      if (said.includes('IPsec keyfile')) this.node(node).refusedKeyFile = { at, message: said };
    });
  }

  #watchPairs(trace: Trace): void {
    trace.observe('peerKeySet', (at, node, peer, keyId) => {
      const pair = node * this.#count + peer;
      this.#peerKey[pair] = keyId;
      this.#peerKeyAt[pair] = at;
    });
    trace.observe('stateAdded', (at, node, peer, spi, output) => {
      if (peer >= 0) this.#states[directionOf(output)].add(node * this.#count + peer, at, spi);
    });
    trace.observe('stateDeleted', (at, node, peer, spi, output) => {
      if (peer >= 0) this.#states[directionOf(output)].delete(node * this.#count + peer, at, spi);
    });
    trace.observe('nodeDeleted', (at, node, peer) => {
      this.#forget(at, node * this.#count + peer, 1);
      this.#peerDeletedAt[node * this.#count + peer] = at;
    });
    // Maps and states are in the kernel's memory, and nothing else changes a node's state.
    trace.observe('nodeChanged', (at, node, state) => {
      const isDown = ['down', 'gone'].includes(String(trace.meaning('text', state)));
      if (isDown) this.#forget(at, node * this.#count, this.#count);
    });
  }

  #forget(at: Microseconds, firstPair: number, count: number): void {
    this.#peerKey.fill(0, firstPair, firstPair + count);
    this.#peerKeyAt.fill(at, firstPair, firstPair + count);
    this.#states.in.forget(firstPair, count);
    this.#states.out.forget(firstPair, count);
  }
}

function freshHistory(): NodeHistory {
  return {
    loads: [],
    encryptMap: [],
    boots: [],
    agentStarts: [],
    agentStops: [],
    releases: [],
    blindSince: undefined,
    validated: undefined,
    lastDeleted: -1,
    failures: [],
    refusedKeyFile: undefined,
    deletions: new Map(),
    rotationDuration: 0,
    encryptKeyId: 0,
    isUp: true,
  };
}
