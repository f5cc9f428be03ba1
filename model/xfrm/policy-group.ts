import { type Address, maskedWord, type Prefix } from '../address.ts';
import { finish, mix } from '../hash.ts';
import { addressBits, leadingBits } from './address-bits.ts';
import type { PolicyIdentity } from './config.ts';
import { HashIndex } from './hash-index.ts';
import type { InnerPacket } from './packet.ts';
import type { XfrmPolicy } from './policy.ts';
import { sameUpperLayer } from './policy-shape.ts';
import { containsAddress, matchesUpperLayer } from './selector.ts';

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
  readonly #policies = new HashIndex<XfrmPolicy>((policy) =>
    this.#hash(policy.source.address, policy.destination.address, policy.markBits),
  );

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
    this.#policies.add(policy);
  }

  remove(policy: XfrmPolicy): void {
    this.#policies.remove(policy);
  }

  /** The policy with exactly this selector, mark value and interface. */
  get({ selector, interfaceId = 0 }: PolicyIdentity, markBits: number): XfrmPolicy | undefined {
    const { source, destination } = selector;
    let policy = this.#policies.bucket(this.#hash(source.address, destination.address, markBits));
    for (; policy !== undefined; policy = policy.nextInBucket) {
      if (
        policy.markBits === markBits &&
        samePrefix(policy.destination, destination) &&
        samePrefix(policy.source, source) &&
        policy.shape.interfaceId === interfaceId &&
        sameUpperLayer(policy.shape.selector, selector)
      ) {
        return policy;
      }
    }
    return undefined;
  }

  /** The policy that the kernel prefers among those that match: lowest priority, then oldest. */
  best(packet: InnerPacket, packetMark: number): XfrmPolicy | undefined {
    const { source, destination } = packet;
    const markBits = packetMark & this.markMask;
    const destinationBits = leadingBits(destination, this.destinationLength);
    let best: XfrmPolicy | undefined;
    let policy = this.#policies.bucket(this.#hash(source, destination, markBits));
    for (; policy !== undefined; policy = policy.nextInBucket) {
      if (
        policy.markBits === markBits &&
        policy.destinationBits === destinationBits &&
        (this.destinationLength <= 32 || containsAddress(policy.destination, destination)) &&
        containsAddress(policy.source, source) &&
        policy.shape.interfaceId === 0 &&
        matchesUpperLayer(policy.shape.selector, packet) &&
        (best === undefined || precedes(policy, best))
      ) {
        best = policy;
      }
    }
    return best;
  }

  #hash(source: Address, destination: Address, markBits: number): number {
    const hash = mixPrefix(markBits, source, this.sourceLength);
    return finish(mixPrefix(hash, destination, this.destinationLength));
  }
}

/** Whether the kernel prefers the first: lower priority value, then greater age. */
export function precedes(a: XfrmPolicy, b: XfrmPolicy): boolean {
  const difference = a.shape.priority - b.shape.priority;
  return difference === 0 ? a.age < b.age : difference < 0;
}

function samePrefix(a: Prefix, b: Prefix): boolean {
  return a === b || (a.address === b.address && a.length === b.length);
}

/** Mixes in the first bits of an address. */
function mixPrefix(hash: number, address: Address, length: number): number {
  if (length === 0) return hash;
  let mixed = mix(hash, leadingBits(address, length));
  for (let word = 1; word * 32 < length; word += 1) {
    mixed = mix(mixed, maskedWord(address, word, length));
  }
  return mixed;
}
