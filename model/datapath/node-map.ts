import type { Address } from '../address.ts';
import { uint32Column } from '../columns.ts';

/** What `cilium_node_map_v2` says of an address. */
export interface NodeMapEntry {
  /** The ID that this agent gave the node: 1 to 65,535; 0 is the local node. */
  readonly nodeId: number;
  /** The key ID that the node last advertised: 0 to 255, a byte of the map's value. */
  readonly keyId: number;
}

/** Numbers addresses in the order of their coming, for all the maps that share it. */
export class AddressBook {
  readonly #numbers = new Map<Address, number>();
  readonly #addresses: Address[] = [];

  /** The address's number; -1 if it has none. */
  find(address: Address): number {
    return this.#numbers.get(address) ?? -1;
  }

  /** The address's number, the next free one if it has none yet. */
  numberOf(address: Address): number {
    const known = this.find(address);
    if (known >= 0) return known;
    const number = this.#addresses.length;
    this.#numbers.set(address, number);
    this.#addresses.push(address);
    return number;
  }

  addressAt(number: number): Address {
    return this.#addresses[number] as Address;
  }
}

/**
 * `cilium_node_map_v2` of one node: each node's addresses, and what is known of it. One number for
 * each address of the book, since every node of a cluster maps every other: entries of their own
 * would be most of a large cluster's memory.
 */
export class NodeMap implements Iterable<[Address, NodeMapEntry]> {
  readonly #book: AddressBook;
  /** By the address's number: 1 + node ID * 256 + key ID; 0 for no entry. */
  #entries = uint32Column(8);
  #size = 0;

  constructor(book = new AddressBook()) {
    this.#book = book;
  }

  get size(): number {
    return this.#size;
  }

  get(address: Address): NodeMapEntry | undefined {
    const entry = this.#entryOf(address);
    return entry === 0 ? undefined : entryFrom(entry);
  }

  has(address: Address): boolean {
    return this.#entryOf(address) !== 0;
  }

  /** The address's node ID; 0 where it has no entry, as for the local node. */
  nodeIdOf(address: Address): number {
    const entry = this.#entryOf(address);
    return entry === 0 ? 0 : (entry - 1) >>> 8;
  }

  /** The address's key ID; undefined where it has no entry. */
  keyIdOf(address: Address): number | undefined {
    const entry = this.#entryOf(address);
    return entry === 0 ? undefined : (entry - 1) & 0xff;
  }

  set(address: Address, { nodeId, keyId }: NodeMapEntry): void {
    const number = this.#book.numberOf(address);
    if (number >= this.#entries.length) this.#grow(number);
    if (this.#entries[number] === 0) this.#size += 1;
    this.#entries[number] = 1 + nodeId * 256 + keyId;
  }

  delete(address: Address): void {
    if (!this.has(address)) return;
    this.#entries[this.#book.find(address)] = 0;
    this.#size -= 1;
  }

  clear(): void {
    this.#entries.fill(0);
    this.#size = 0;
  }

  /** In the order in which the book came to know the addresses. */
  *[Symbol.iterator](): Generator<[Address, NodeMapEntry], undefined> {
    for (const [number, entry] of this.#entries.entries()) {
      if (entry !== 0) yield [this.#book.addressAt(number), entryFrom(entry)];
    }
  }

  #entryOf(address: Address): number {
    return this.#entries[this.#book.find(address)] ?? 0;
  }

  #grow(number: number): void {
    const larger = uint32Column(Math.max(number + 1, 2 * this.#entries.length));
    larger.set(this.#entries);
    this.#entries = larger;
  }
}

function entryFrom(entry: number): NodeMapEntry {
  return { nodeId: (entry - 1) >>> 8, keyId: (entry - 1) & 0xff };
}
