import type { Address } from '../address.ts';
import { second, type Microseconds } from '../time.ts';
import { AwakeStates } from './awake-states.ts';
import type { KeyHandle, StateConfig, StateIdentity } from './config.ts';
import { DestinationTable } from './destination-table.ts';
import type { Mark } from './mark.ts';
import { SpiIndex } from './spi-index.ts';
import { noRow, StateRows } from './state-rows.ts';
import { ListedState, type StateValidity, type XfrmState } from './state.ts';
import type { Walk } from './walk.ts';

/** What finds a state exactly, as an agent finds its own in a dump. */
export interface StateQuery {
  readonly source: Address;
  readonly destination: Address;
  readonly spi: number;
  readonly mark: Mark;
}

/**
 * The SAD: all states of one kernel, and the ways to find one. A state is a row of numbers until
 * someone needs the object: a packet, a request that changes it, or whoever asks for all of them.
 */
export class StateTable {
  readonly #rows = new StateRows();
  readonly #awake = new AwakeStates(this.#rows);
  readonly #bySpi = new SpiIndex(this.#rows, this.#awake);
  readonly #byDestination = new DestinationTable(this.#rows);
  #placeholders = 0;

  constructor() {
    for (const follower of [this.#awake, this.#bySpi, this.#byDestination]) {
      this.#rows.addFollower(follower);
    }
  }

  get size(): number {
    return this.#rows.count;
  }

  /** Buckets of the kernel's table by destination; its other tables grow with it. */
  get buckets(): number {
    return this.#byDestination.buckets;
  }

  /** In the order of insertion; states may come and go while one walks. */
  all(): Walk<XfrmState> {
    return this.#rows.walk((row) => this.#awake.wake(row));
  }

  /** The same, but as they were when they were met, which wakes none. */
  list(): Walk<ListedState> {
    return this.#rows.walk((row) => this.#awake.get(row) ?? new ListedState(this.#rows, row));
  }

  /** The state that was added last, if it is still there. */
  get newest(): XfrmState | undefined {
    return this.#wake(this.#rows.newest);
  }

  /** The keys of all states. */
  keys(): Walk<KeyHandle> {
    return this.#rows.walk((row) => this.#rows.keyOf(row));
  }

  /** Whether there are larval states without an SPI, which a new state may take the place of. */
  get hasPlaceholders(): boolean {
    return this.#placeholders > 0;
  }

  /** Adds a valid state, which sleeps until it is needed. */
  add(config: StateConfig, now: Microseconds): void {
    this.#insert(config, now);
  }

  /** Adds a state and wakes it. */
  addAwake(config: StateConfig, validity: StateValidity, now: Microseconds): XfrmState {
    const state = this.#awake.wake(this.#insert(config, now));
    state.validity = validity;
    if (isPlaceholder(state)) this.#placeholders += 1;
    return state;
  }

  #insert(config: StateConfig, now: Microseconds): number {
    const row = this.#rows.add(config, Math.floor(now / second));
    this.#bySpi.add(row);
    this.#byDestination.add(row);
    return row;
  }

  /**
   * A larval state that had no SPI gets one. Its place by destination stays; by SPI it is the newest.
   * Source: Linux 6.1, net/xfrm/xfrm_state.c, xfrm_alloc_spi.
   */
  giveSpi(state: XfrmState, spi: number): void {
    const { row } = state;
    this.#placeholders -= 1;
    this.#bySpi.remove(row);
    this.#rows.spi[row] = spi;
    state.spi = spi;
    this.#byDestination.makeNewest(row);
    this.#bySpi.add(row);
  }

  /** Takes the state out and marks it dead. Nothing happens if it is dead already. */
  remove(state: XfrmState): void {
    if (!state.isDeleted) this.#remove(state.row);
  }

  /** Takes out what `locate` finds. False if that is nothing. */
  removeLocated({ destination, spi, mark }: StateIdentity): boolean {
    const row = this.#bySpi.find(destination, spi, mark.value & mark.mask);
    if (row === noRow) return false;
    this.#remove(row);
    return true;
  }

  #remove(row: number): void {
    const state = this.#awake.get(row);
    if (state !== undefined && isPlaceholder(state)) this.#placeholders -= 1;
    this.#bySpi.remove(row);
    this.#byDestination.remove(row);
    this.#awake.bury(row);
    this.#rows.delete(row);
  }

  clear(): void {
    for (const row of this.#rows.walk((each) => each)) this.#remove(row);
  }

  /** The state that the kernel finds for a packet, or a request, with this mark: {@link SpiIndex}. */
  find(destination: Address, spi: number, packetMark: number): XfrmState | undefined {
    return this.#wake(this.#bySpi.find(destination, spi, packetMark));
  }

  /** The same where the kernel tries those first that it found before. */
  findUsedFirst(destination: Address, spi: number, packetMark: number): XfrmState | undefined {
    return this.#wake(this.#bySpi.findUsedFirst(destination, spi, packetMark));
  }

  /** Whether `find` would find one. */
  has(destination: Address, spi: number, packetMark: number): boolean {
    return this.#bySpi.find(destination, spi, packetMark) !== noRow;
  }

  /**
   * The state that a netlink request with this key means. The mark given plays the part of a
   * packet's mark, so a request for a marked state may hit a general one that is newer.
   * Source: Linux 6.1, net/xfrm/xfrm_user.c, xfrm_user_state_lookup.
   */
  locate({ destination, spi, mark }: StateIdentity): XfrmState | undefined {
    return this.find(destination, spi, mark.value & mark.mask);
  }

  findExact({ source, destination, spi, mark }: StateQuery): ListedState | undefined {
    const row = this.#bySpi.findExact(destination, spi, mark);
    if (row === noRow || this.#rows.source[row] !== source) return undefined;
    return this.#awake.get(row) ?? new ListedState(this.#rows, row);
  }

  /** How many distinct masks the states have: the number of `candidate`s. */
  get maskCount(): number {
    return this.#bySpi.maskCount;
  }

  /** The state that matches under the n-th mask in use: {@link SpiIndex}. */
  candidate(n: number, destination: Address, spi: number, mark: number): XfrmState | undefined {
    return this.#wake(this.#bySpi.candidate(n, destination, spi, mark));
  }

  /** The states of one bucket of the kernel's table by destination, in the kernel's order. */
  *bucket(
    destination: Address,
    source: Address | undefined,
    reqid: number,
  ): Generator<XfrmState, void> {
    const table = this.#byDestination;
    let row = table.first(destination, source, reqid);
    for (; row !== noRow; row = table.after(row)) yield this.#awake.wake(row);
  }

  /** Whether the state lies in the bucket of this destination and source, with its own reqid. */
  isInBucket(state: XfrmState, destination: Address, source: Address | undefined): boolean {
    return this.#byDestination.isInBucket(state.row, destination, source);
  }

  /** Whether the first of two states of one bucket comes first in the kernel's order. */
  isNewer(state: XfrmState, other: XfrmState): boolean {
    const { rank } = this.#rows;
    return (rank[state.row] as number) > (rank[other.row] as number);
  }

  #wake(row: number): XfrmState | undefined {
    return row === noRow ? undefined : this.#awake.wake(row);
  }
}

function isPlaceholder({ validity, spi }: XfrmState): boolean {
  return validity === 'acquire' && spi === 0;
}
