import { type Address, maskedWord } from '../address.ts';
import { finish, mix } from '../hash.ts';
import { addressBits } from './address-bits.ts';
import type { PolicyIdentity } from './config.ts';
import { HashIndex } from './hash-index.ts';
import type { InnerPacket } from './packet.ts';
import type { XfrmPolicy } from './policy.ts';
import { matchesSelector, sameSelector } from './selector.ts';

/**
 * The policies of one direction and family whose selectors have the same prefix lengths and whose
 * marks have the same mask. Which of them can match a packet is then one probe of a hash table.
 */
export class PolicyGroup {
  readonly sourceLength: number;
  readonly destinationLength: number;
  readonly markMask: number;
  /** Whether its policies are between two single hosts. */
  readonly exact: boolean;
  readonly #policies = new HashIndex<XfrmPolicy>();

  constructor(like: PolicyIdentity) {
    const { source, destination } = like.selector;
    this.sourceLength = source.length;
    this.destinationLength = destination.length;
    this.markMask = like.mark.mask | 0;
    const bits = addressBits(destination.address.family);
    this.exact = source.length === bits && destination.length === bits;
  }

  get size(): number {
    return this.#policies.size;
  }

  holds(identity: PolicyIdentity): boolean {
    const { source, destination } = identity.selector;
    return (
      source.length === this.sourceLength &&
      destination.length === this.destinationLength &&
      (identity.mark.mask | 0) === this.markMask
    );
  }

  add(policy: XfrmPolicy): void {
    this.#policies.add(this.#hashOf(policy.selector, policy.markBits), policy);
  }

  remove(policy: XfrmPolicy): void {
    this.#policies.remove(this.#hashOf(policy.selector, policy.markBits), policy);
  }

  /** The policy with exactly this selector, mark value and interface. */
  get(identity: PolicyIdentity, markBits: number): XfrmPolicy | undefined {
    const policies = this.#policies;
    let entry = policies.first(this.#hashOf(identity.selector, markBits));
    for (; entry >= 0; entry = policies.after(entry)) {
      const policy = policies.at(entry);
      if (
        policy.markBits === markBits &&
        policy.interfaceId === (identity.interfaceId ?? 0) &&
        sameSelector(policy.selector, identity.selector)
      ) {
        return policy;
      }
    }
    return undefined;
  }

  /** The policy that the kernel prefers among those that match: lowest priority, then oldest. */
  best(packet: InnerPacket, packetMark: number): XfrmPolicy | undefined {
    const policies = this.#policies;
    const markBits = packetMark & this.markMask;
    let best: XfrmPolicy | undefined;
    let entry = policies.first(this.#hash(packet.source, packet.destination, markBits));
    for (; entry >= 0; entry = policies.after(entry)) {
      const policy = policies.at(entry);
      if (
        policy.markBits === markBits &&
        policy.interfaceId === 0 &&
        matchesSelector(policy.selector, packet) &&
        (best === undefined || precedes(policy, best))
      ) {
        best = policy;
      }
    }
    return best;
  }

  #hashOf(selector: PolicyIdentity['selector'], markBits: number): number {
    return this.#hash(selector.source.address, selector.destination.address, markBits);
  }

  #hash(source: Address, destination: Address, markBits: number): number {
    const hash = mixPrefix(markBits, source, this.sourceLength);
    return finish(mixPrefix(hash, destination, this.destinationLength));
  }
}

/** Whether the kernel prefers the first: lower priority value, then greater age. */
export function precedes(a: XfrmPolicy, b: XfrmPolicy): boolean {
  return a.priority === b.priority ? a.age < b.age : a.priority < b.priority;
}

function mixPrefix(hash: number, address: Address, length: number): number {
  let mixed = hash;
  for (let word = 0; word * 32 < length; word += 1) {
    mixed = mix(mixed, maskedWord(address, word, length));
  }
  return mixed;
}
