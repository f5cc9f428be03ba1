import type { PolicyConfig } from '../xfrm/index.ts';
import type { LoadedKey } from './loaded-key.ts';
import type { NodeName, NodeRecord } from './node-record.ts';

interface Settled {
  readonly record: NodeRecord;
  readonly loaded: LoadedKey;
  readonly nodeId: number;
}

/**
 * The nodes for which every object of the newest key was found, or made, as it should be, and the
 * policies that serve all of them. Unless something else than the agent interferes, going through
 * them again would change nothing; a real agent does it all the same.
 */
export class SettledNodes {
  readonly #byName = new Map<NodeName, Settled>();
  readonly #sharedPolicies = new Set<PolicyConfig>();
  readonly #foreignChanges: () => number;
  #seenChanges = 0;

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

  /** Whether all that depends on the record, but for its key ID, is in place for this key. */
  has(node: NodeRecord, loaded: LoadedKey, nodeId: number): boolean {
    const settled = this.#byName.get(node.name);
    if (settled?.loaded !== loaded || settled.nodeId !== nodeId) return false;
    return settled.record === node || sameObjects(settled.record, node);
  }

  /** Whether the very same record was gone through for this key. */
  hasRecord(node: NodeRecord, loaded: LoadedKey | undefined): boolean {
    const settled = this.#byName.get(node.name);
    return settled?.record === node && settled.loaded === loaded;
  }

  add(node: NodeRecord, loaded: LoadedKey, nodeId: number): void {
    this.#byName.set(node.name, { record: node, loaded, nodeId });
  }

  delete(name: NodeName): void {
    this.#byName.delete(name);
  }

  /** What was taken away may have been any node's. */
  clear(): void {
    this.#byName.clear();
    this.#sharedPolicies.clear();
  }
}

/** Whether two records lead to the same XFRM objects: the key ID plays no part in them. */
function sameObjects(one: NodeRecord, other: NodeRecord): boolean {
  return (
    one.bootId === other.bootId &&
    sameFamilies(one.internalIp, other.internalIp) &&
    sameFamilies(one.ciliumInternalIp, other.ciliumInternalIp) &&
    sameFamilies(one.podCidr, other.podCidr)
  );
}

function sameFamilies(
  one: Readonly<Partial<Record<4 | 6, unknown>>>,
  other: Readonly<Partial<Record<4 | 6, unknown>>>,
): boolean {
  return one === other || (one[4] === other[4] && one[6] === other[6]);
}
