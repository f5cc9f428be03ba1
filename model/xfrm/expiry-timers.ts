import type { Microseconds } from '../time.ts';
import type { XfrmState } from './state.ts';

interface Timer {
  readonly at: Microseconds;
  readonly state: XfrmState;
}

/** The timers that delete states whose lifetime ends. Few states have one. */
export class ExpiryTimers {
  #next = Number.POSITIVE_INFINITY;
  #timers: Timer[] = [];

  arm(state: XfrmState, at: Microseconds): void {
    this.#timers.push({ at, state });
    this.#next = Math.min(this.#next, at);
  }

  isDue(now: Microseconds): boolean {
    return now >= this.#next;
  }

  /** The states whose time has come, each once. */
  take(now: Microseconds): XfrmState[] {
    const due = this.#timers.filter(({ at }) => at <= now);
    this.#timers = this.#timers.filter(({ at }) => at > now);
    this.#next = this.#timers.reduce(
      (next, { at }) => Math.min(next, at),
      Number.POSITIVE_INFINITY,
    );
    return due.map(({ state }) => state);
  }
}
