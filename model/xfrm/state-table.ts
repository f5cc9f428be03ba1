import type { Address } from '../address.ts';
import type { StateIdentity } from './config.ts';
import { DestinationTable } from './destination-table.ts';
import { InsertionOrder } from './insertion-order.ts';
import { SpiIndex } from './spi-index.ts';
import type { Mark } from './mark.ts';
import type { XfrmState } from './state.ts';

/** What finds a state exactly, as an agent finds its own in a dump. */
export interface StateQuery {
  readonly source: Address;
  readonly destination: Address;
  readonly spi: number;
  readonly mark: Mark;
}

/** The SAD: all states of one kernel, and the ways to find one. */
export class StateTable {
  readonly #all = new InsertionOrder<XfrmState>();
  #placeholders = 0;
  readonly bySpi = new SpiIndex();
  readonly byDestination = new DestinationTable();

  get size(): number {
    return this.#all.size;
  }

  /** In the order of insertion; it may be changed while one walks over it. */
  all(): Iterable<XfrmState> {
    return this.#all;
  }

  /** Whether there are larval states without an SPI, which a new state may take the place of. */
  get hasPlaceholders(): boolean {
    return this.#placeholders > 0;
  }

  add(state: XfrmState): void {
    this.#all.add(state);
    if (isPlaceholder(state)) this.#placeholders += 1;
    this.bySpi.add(state);
    this.byDestination.add(state);
  }

  /** Takes the state out and marks it dead. Nothing happens if it is dead already. */
  remove(state: XfrmState): void {
    if (state.isDeleted) return;
    if (isPlaceholder(state)) this.#placeholders -= 1;
    this.bySpi.remove(state);
    this.byDestination.remove(state);
    state.validity = 'dead';
    this.#all.noteDeletion();
  }

  /**
   * The state that a netlink request with this key means. The mark given plays the part of a
   * packet's mark, so a request for a marked state may hit a general one that is newer.
   * Source: Linux 6.1, net/xfrm/xfrm_user.c, xfrm_user_state_lookup.
   */
  locate(identity: StateIdentity): XfrmState | undefined {
    const { destination, spi, mark } = identity;
    return this.bySpi.find(destination, spi, mark.value & mark.mask);
  }

  findExact(query: StateQuery): XfrmState | undefined {
    const state = this.bySpi.findExact(query.destination, query.spi, query.mark);
    return state?.source === query.source ? state : undefined;
  }
}

function isPlaceholder({ validity, spi }: XfrmState): boolean {
  return validity === 'acquire' && spi === 0;
}
