import { meshLinkChart } from '../model/cluster/index.ts';
import type { StateOf } from '../model/chart.ts';
import type { Microseconds } from '../model/time.ts';

/**
 * One connection over which something spreads. What falls due while it is cut is not kept: whoever
 * owns the link reads what is newest once it is whole again.
 */
export class Link {
  readonly #resync: () => void;
  #state: StateOf<typeof meshLinkChart> = meshLinkChart.initial;
  /** How many faults cut it now; the last one to end heals it. */
  #cuts = 0;
  /** How often it went from whole to cut: tells one partition from the next. */
  partitions = 0;
  /** What faults add to each delay now. */
  extraDelay: Microseconds = 0;

  constructor(resync: () => void = () => undefined) {
    this.#resync = resync;
  }

  get isCut(): boolean {
    return this.#state !== 'connected';
  }

  /** Whether what is due now gets across. */
  carries(): boolean {
    return this.#step('UPDATE').includes('deliver');
  }

  cut(): void {
    this.#cuts += 1;
    if (this.#cuts > 1) return;
    this.partitions += 1;
    this.#step('PARTITION');
  }

  /** Ends one cut; with the last one, what was missed is read at once. */
  heal(): void {
    this.#cuts -= 1;
    if (this.#cuts > 0) return;
    this.#step('HEAL');
    this.#step('RESYNCED');
    this.#resync();
  }

  #step(event: Parameters<typeof meshLinkChart.step>[1]): readonly string[] {
    const { next, actions } = meshLinkChart.step(this.#state, event);
    this.#state = next;
    return actions;
  }
}
