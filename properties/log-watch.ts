import type { Trace } from '../sim/index.ts';

/** Counts what agents say: lines of their logs, and the last words of those that exit. */
export class LogWatch {
  readonly #trace: Trace;
  /** By node: how often each text was said. */
  readonly #said: readonly Map<number, number>[];

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#said = trace.names.nodes.map(() => new Map());
    trace.observe('log', (_at, node, _level, message) => {
      this.#hear(node, message);
    });
    trace.observe('agentExited', (_at, node, _cause, message) => {
      this.#hear(node, message);
    });
  }

  /** How many lines of a node, by its place in the trace, have `part` in them. */
  count(node: number, part: string): number {
    const lines = [...(this.#said[node] ?? [])];
    return lines
      .filter(([text]) => String(this.#trace.meaning('text', text)).includes(part))
      .reduce((sum, [, times]) => sum + times, 0);
  }

  #hear(node: number, message: number): void {
    const said = this.#said[node];
    said?.set(message, (said.get(message) ?? 0) + 1);
  }
}
