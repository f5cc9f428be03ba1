import { type Microseconds, second } from '../../model/time.ts';
import { isBlameless, type PacketFate, packetFates, type Trace } from '../../sim/index.ts';

/** Packets that met one fate at one node within one second. */
export interface Drops {
  readonly at: Microseconds;
  /** Where it was counted: the sender of what never left, else the receiver. */
  readonly node: number;
  readonly sender: number;
  readonly receiver: number;
  readonly fate: PacketFate;
  readonly keyId: number;
  readonly count: number;
}

/** Packets are counted together within this time: a report has no more marks than seconds. */
const bucket: Microseconds = second;

/** Where a fate is met. */
export function atSender(fate: PacketFate): boolean {
  return fate.startsWith('XfrmOut') || fate === 'noNodeIdAtEgress' || fate === 'plaintext';
}

/** All losses that encryption is to blame for: per flow, fate and second. */
export class DropSeries {
  readonly #series = new Map<number, Drops & { count: number }>();
  readonly drops: (Drops & { readonly count: number })[] = [];

  constructor(trace: Trace) {
    const nodes = trace.names.nodes.length;
    const blame = packetFates.map((fate) => !isBlameless(fate));
    const sent = packetFates.map(atSender);
    // As many parameters as the event has values.
    // eslint-disable-next-line max-params
    trace.observe('packetFate', (at, sender, receiver, _family, keyId, _sequence, fate) => {
      if (blame[fate] !== true) return;
      const flow = (sender * nodes + receiver) * packetFates.length + fate;
      const last = this.#series.get(flow);
      if (last !== undefined && at - last.at < bucket) {
        last.count += 1;
        return;
      }
      const node = sent[fate] === true ? sender : receiver;
      const name = packetFates[fate] ?? 'uncounted';
      const drops = { at, node, sender, receiver, fate: name, keyId, count: 1 };
      this.#series.set(flow, drops);
      this.drops.push(drops);
    });
  }
}
