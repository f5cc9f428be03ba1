import { address, type Address, type Family } from '../address.ts';
import type { Template } from './config.ts';
import type { InnerPacket } from './packet.ts';
import { stateAdmits } from './selector.ts';
import type { StateTable } from './state-table.ts';
import type { XfrmState } from './state.ts';

/**
 * Why no state serves a template: an acquire is in progress; the only fit has expired; the
 * template's SPI belongs to a state that does not fit; or there simply is none.
 */
export type NoState = 'acquiring' | 'expired' | 'spiTaken' | 'missing';

const unspecified: Readonly<Record<Family, Address>> = { 4: address('0.0.0.0'), 6: address('::') };

const noPayload = { protocol: 0, length: 0 };

const anyTemplate: Template = {
  source: undefined,
  destination: undefined,
  spi: 0,
  reqid: 0,
  mode: 'tunnel',
  optional: false,
};

/** Whether this is 0.0.0.0 or `::`. */
export function isUnspecified(candidate: Address): boolean {
  return candidate === unspecified[candidate.family];
}

/** The unspecified address of a family. */
export function unspecifiedAddress(family: Family): Address {
  return unspecified[family];
}

/** Chooses the state that serves a template (Linux 6.1, net/xfrm/xfrm_state.c, xfrm_state_find). */
export class StateChooser {
  readonly #states: StateTable;
  #template: Template = anyTemplate;
  #destination: Address = unspecified[4];
  #source: Address = unspecified[4];
  #markBits = 0;
  #packet: InnerPacket = { source: unspecified[4], destination: unspecified[4], ...noPayload };
  #best: XfrmState | undefined = undefined;
  #acquiring = false;
  #expired = false;

  constructor(states: StateTable) {
    this.#states = states;
  }

  /**
   * The state from `source` to `destination`; `markBits` is the policy's mark, not the packet's.
   * The kernel searches the bucket of these addresses, and only if there is nothing the bucket of
   * the unspecified source, where it does not look at a state's source at all.
   */
  choose(
    template: Template,
    destination: Address,
    source: Address,
    markBits: number,
    packet: InnerPacket,
  ): XfrmState | NoState {
    this.#template = template;
    this.#destination = destination;
    this.#source = source;
    this.#markBits = markBits;
    this.#packet = packet;
    this.#best = undefined;
    this.#acquiring = false;
    this.#expired = false;
    this.#search(false);
    if (this.#best === undefined && !this.#acquiring) this.#search(true);
    return this.#best ?? this.#whyNone();
  }

  /** A template with an SPI, as Cilium's have it, needs no walk through a bucket. */
  #search(anySource: boolean): void {
    if (this.#template.spi === 0) this.#walkBucket(anySource);
    else this.#probeSpi(anySource);
  }

  #walkBucket(anySource: boolean): void {
    const source = anySource ? undefined : this.#source;
    for (const state of this.#states.bucket(this.#destination, source, this.#template.reqid)) {
      if (this.#fits(state) && (anySource || fitsSource(state, this.#source))) {
        this.#consider(state);
      }
    }
  }

  #probeSpi(anySource: boolean): void {
    const { spi } = this.#template;
    for (let n = 0; n < this.#states.maskCount; n += 1) {
      const state = this.#states.candidate(n, this.#destination, spi, this.#markBits);
      if (state === undefined || !this.#fits(state)) continue;
      if (anySource ? this.#isInWildcardBucket(state) : this.#isInOwnBucket(state)) {
        this.#consider(state);
      }
    }
  }

  #isInOwnBucket(state: XfrmState): boolean {
    if (state.source === this.#source) return true;
    if (!fitsSource(state, this.#source)) return false;
    return this.#states.isInBucket(state, this.#destination, this.#source);
  }

  #isInWildcardBucket(state: XfrmState): boolean {
    return this.#states.isInBucket(state, this.#destination, undefined);
  }

  #fits(state: XfrmState): boolean {
    const { shape } = state;
    const template = this.#template;
    return (
      state.destination === this.#destination &&
      shape.reqid === template.reqid &&
      state.matchesMark(this.#markBits) &&
      (template.spi === 0 || template.spi === state.spi) &&
      shape.mode === template.mode &&
      (shape.interfaceId ?? 0) === 0
    );
  }

  #consider(state: XfrmState): void {
    if (state.validity === 'acquire') {
      this.#acquiring = true;
      return;
    }
    if (!stateAdmits(state, this.#packet)) return;
    if (state.validity !== 'valid') {
      this.#expired = true;
      return;
    }
    if (this.#best === undefined || this.#supersedes(state, this.#best)) this.#best = state;
  }

  /** Not-dying before dying, then the later second of insertion, then the first in the bucket. */
  #supersedes(state: XfrmState, best: XfrmState): boolean {
    const dying = state.activity?.dying ?? false;
    const bestDying = best.activity?.dying ?? false;
    if (dying !== bestDying) return bestDying;
    if (state.addedSecond !== best.addedSecond) return state.addedSecond > best.addedSecond;
    return this.#states.isNewer(state, best);
  }

  #whyNone(): NoState {
    if (this.#acquiring) return 'acquiring';
    if (this.#expired) return 'expired';
    const { spi } = this.#template;
    if (spi === 0) return 'missing';
    return this.#states.has(this.#destination, spi, this.#markBits) ? 'spiTaken' : 'missing';
  }
}

function fitsSource(state: XfrmState, source: Address): boolean {
  return state.source === source || isUnspecified(state.source) || isUnspecified(source);
}
