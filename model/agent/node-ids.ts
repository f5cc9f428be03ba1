import type { Address } from '../address.ts';
import type { NodeMapEntry } from '../datapath/index.ts';

const largestNodeId = 65_535;

/**
 * The IDs that one agent gives to the nodes it knows: local to the agent, 1 to 65,535, taken at
 * random; all addresses of a node share one. They outlive the agent only in the node map.
 *
 * cilium: pkg/datapath/linux/node_ids.go.
 */
export class NodeIds {
  readonly #byAddress = new Map<Address, number>();
  /** How many addresses each ID has; an ID without addresses is free. */
  readonly #addressCount = new Map<number, number>();

  /** Takes over what the pinned node map holds. Cilium: `RestoreNodeIDs`. */
  restore(nodeMap: Iterable<readonly [Address, NodeMapEntry]>): void {
    for (const [address, entry] of nodeMap) {
      if (entry.nodeId !== 0) this.assign(address, entry.nodeId);
    }
  }

  idOf(address: Address): number {
    return this.#byAddress.get(address) ?? 0;
  }

  /** The one ID that these addresses have, 0 if none has one, undefined if they disagree. */
  agreedId(addresses: readonly Address[]): number | undefined {
    let agreed = 0;
    for (const address of addresses) {
      const id = this.idOf(address);
      if (id === 0) continue;
      if (agreed !== 0 && agreed !== id) return undefined;
      agreed = id;
    }
    return agreed;
  }

  /** A free ID; 0 if all are taken. `random(n)` gives a number below n. */
  draw(random: (limit: number) => number): number {
    if (this.#addressCount.size >= largestNodeId) return 0;
    for (;;) {
      const id = 1 + random(largestNodeId);
      if (!this.#addressCount.has(id)) return id;
    }
  }

  assign(address: Address, id: number): void {
    if (this.idOf(address) === id) return;
    this.release(address);
    this.#byAddress.set(address, id);
    this.#addressCount.set(id, (this.#addressCount.get(id) ?? 0) + 1);
  }

  release(address: Address): void {
    const id = this.idOf(address);
    if (id === 0) return;
    this.#byAddress.delete(address);
    const left = (this.#addressCount.get(id) ?? 0) - 1;
    if (left > 0) this.#addressCount.set(id, left);
    else this.#addressCount.delete(id);
  }
}
