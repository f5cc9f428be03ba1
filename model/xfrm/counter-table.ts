import { float64Column } from '../columns.ts';
import { type XfrmCounter, xfrmCounters } from './counters.ts';

const positions = Object.fromEntries(
  xfrmCounters.map((name, position) => [name, position]),
) as Readonly<Record<XfrmCounter, number>>;

/** The counters of one kernel. They only grow; nothing resets them. */
export class CounterTable {
  readonly #values = float64Column(xfrmCounters.length);

  increment(name: XfrmCounter): void {
    const position = positions[name];
    this.#values[position] = (this.#values[position] as number) + 1;
  }

  value(name: XfrmCounter): number {
    return this.#values[positions[name]] as number;
  }

  /** The counters that are not zero, in the order of `/proc/net/xfrm_stat`. */
  nonZero(): [XfrmCounter, number][] {
    return xfrmCounters
      .map((name): [XfrmCounter, number] => [name, this.value(name)])
      .filter(([, value]) => value !== 0);
  }
}
