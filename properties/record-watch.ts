import { second } from '../model/time.ts';
import type { Trace } from '../sim/index.ts';

/** Counts the records that nodes write to their registries, by the second of the run. */
export class RecordWatch {
  /** By second, by node: how many. What a run begins with is written in no time, and left out. */
  readonly #written = new Map<number, Map<number, number>>();

  constructor(trace: Trace) {
    trace.observe('published', (at, node) => {
      if (at === 0) return;
      const within = Math.floor(at / second);
      const byNode = this.#written.get(within) ?? new Map<number, number>();
      byNode.set(node, (byNode.get(node) ?? 0) + 1);
      this.#written.set(within, byNode);
    });
  }

  /** The most that these nodes, by their places in the trace, wrote in one second. */
  busiestSecond(nodes: readonly number[]): number {
    const counts = [...this.#written.values()].map((byNode) =>
      nodes.reduce((sum, node) => sum + (byNode.get(node) ?? 0), 0),
    );
    return Math.max(0, ...counts);
  }
}
