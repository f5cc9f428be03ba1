import type { PolicyConfig } from '../xfrm/index.ts';
import type { LoadedKey } from './loaded-key.ts';
import type { Peer } from './peer.ts';

/** What the reclaimer looks through. */
type Reclaimed = 'states' | 'policies';

/**
 * What the agent may rely on without looking: the peers that it brought in line, and the policies
 * that serve all of them. Unless something else than the agent interferes, going through them again
 * would change nothing; a real agent does it all the same.
 */
export class Trust {
  readonly #sharedPolicies = new Set<PolicyConfig>();
  readonly #foreignChanges: () => number;
  #seenChanges = 0;
  /** Counts how often all was forgotten, from 1: a peer that was never trusted has 0. */
  #number = 1;
  /** By what is reclaimed: the key that all of it was of, and the changes until then. */
  readonly #reclaimed = new Map<Reclaimed, { loaded: LoadedKey | undefined; changes: number }>();

  constructor(foreignChanges: () => number) {
    this.#foreignChanges = foreignChanges;
  }

  /** Forgets everything if something has interfered since the last look. */
  refresh(): void {
    const changes = this.#foreignChanges();
    if (changes === this.#seenChanges) return;
    this.#seenChanges = changes;
    this.clear();
  }

  hasPolicy(policy: PolicyConfig): boolean {
    return this.#sharedPolicies.has(policy);
  }

  addPolicy(policy: PolicyConfig): void {
    this.#sharedPolicies.add(policy);
  }

  /** Whether the peer's addresses have its node ID, as they had when it was last brought in line. */
  includes(peer: Peer): boolean {
    return peer.trustedAt === this.#number;
  }

  /** Whether every XFRM object of the peer is in place for this key. */
  isSettled(peer: Peer, loaded: LoadedKey): boolean {
    return this.includes(peer) && peer.settledKey === loaded;
  }

  /** Every object of the peer's record and of this key was found, or made, as it should be. */
  settle(peer: Peer, loaded: LoadedKey, nodeId: number): void {
    peer.trustedAt = this.#number;
    peer.nodeId = nodeId;
    peer.settledKey = loaded;
  }

  /** The peer's record is another one. */
  forget(peer: Peer): void {
    peer.trustedAt = 0;
  }

  /**
   * Whether nothing of another key is there to reclaim: so it was before, and the agent itself adds
   * nothing but the newest key's.
   */
  isReclaimed(which: Reclaimed, loaded: LoadedKey | undefined): boolean {
    const last = this.#reclaimed.get(which);
    return last?.loaded === loaded && last?.changes === this.#foreignChanges();
  }

  /** All of it was looked through, and is of this key. */
  noteReclaimed(which: Reclaimed, loaded: LoadedKey | undefined): void {
    this.#reclaimed.set(which, { loaded, changes: this.#foreignChanges() });
  }

  /** What was taken away may have been any node's. */
  clear(): void {
    this.#number += 1;
    this.#sharedPolicies.clear();
  }
}
