import type { Microseconds } from '../model/time.ts';
import type { Trace } from '../sim/index.ts';

/** How many different (family, SPI) there are at most. */
const flowsPerPair = 2 * 256;

/**
 * The "Max Seq. Number" of `cilium-dbg encrypt status` at given instants: over the states that a node
 * sends with, the largest number on the wire (cilium: cilium-dbg/cmd/encrypt_status.go).
 */
export class SequenceWatch {
  readonly #nodes: number;
  readonly #pending: Microseconds[];
  /** By (sender, receiver, SPI, family): the last number sent with a state that is still there. */
  readonly #last = new Map<number, number>();
  readonly #samples = new Map<Microseconds, readonly number[]>();

  constructor(trace: Trace, instants: readonly Microseconds[]) {
    this.#nodes = trace.names.nodes.length;
    this.#pending = [...new Set(instants)].sort((one, other) => one - other);
    if (this.#pending.length === 0) return; // the commonest event is better not watched
    // eslint-disable-next-line max-params
    trace.observe('packetSent', (at, sender, receiver, family, spi, sequence) => {
      this.#sampleBefore(at);
      this.#last.set(this.#flow(sender, receiver, spi) + (family === 4 ? 0 : 1), sequence);
    });
    trace.observe('stateDeleted', (at, node, peer, spi, output) => {
      this.#sampleBefore(at);
      if (output === 0) return;
      this.#last.delete(this.#flow(node, peer, spi));
      this.#last.delete(this.#flow(node, peer, spi) + 1);
    });
    trace.observe('nodeChanged', (at, node) => {
      this.#sampleBefore(at); // nothing but a boot changes a node, and states are in memory
      for (const flow of this.#last.keys()) {
        if (this.#senderOf(flow) === node) this.#last.delete(flow);
      }
    });
  }

  /** What a node, by its place in the trace, shows at one of the instants. */
  largest(node: number, at: Microseconds): number {
    this.#sampleBefore(Number.POSITIVE_INFINITY);
    return this.#samples.get(at)?.[node] ?? 0;
  }

  #sampleBefore(now: Microseconds): void {
    while (this.#pending[0] !== undefined && this.#pending[0] < now) {
      const largest = new Array<number>(this.#nodes).fill(0);
      for (const [flow, sequence] of this.#last) {
        const sender = this.#senderOf(flow);
        largest[sender] = Math.max(largest[sender] ?? 0, sequence);
      }
      this.#samples.set(this.#pending[0], largest);
      this.#pending.shift();
    }
  }

  #flow(sender: number, receiver: number, spi: number): number {
    return (sender * this.#nodes + receiver) * flowsPerPair + 2 * (spi & 0xff);
  }

  #senderOf(flow: number): number {
    return Math.floor(flow / flowsPerPair / this.#nodes);
  }
}
