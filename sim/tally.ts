import type { Family } from '../model/address.ts';
import type { NodeName } from '../model/agent/index.ts';
import type { Microseconds } from '../model/time.ts';
import { fateNumber, packetFates } from './packet-fate.ts';
import type { KeysInUse, Loss } from './run.ts';
import type { Trace } from './trace.ts';

interface MutableLoss {
  readonly sender: number;
  readonly receiver: number;
  readonly family: Family;
  readonly fate: number;
  readonly keyId: number;
  readonly firstAt: Microseconds;
  lastAt: Microseconds;
  count: number;
}

/** Counts what the trace tells of packets and keys. */
export class Tally {
  delivered = 0;
  lost = 0;
  readonly keysInUse = new Map<number, KeysInUse[]>();
  readonly #losses = new Map<number, MutableLoss>();
  readonly #names: readonly string[];

  constructor(trace: Trace) {
    this.#names = trace.names.nodes;
    const deliveredFate = fateNumber('delivered');
    // As many parameters as the event has values: the commonest event must not allocate.
    // eslint-disable-next-line max-params
    trace.observe('packetFate', (at, sender, receiver, family, keyId, _sequence, fate) => {
      if (fate === deliveredFate) this.delivered += 1;
      else this.#lose({ at, sender, receiver, family: family === 4 ? 4 : 6, keyId, fate });
    });
    trace.observe('keysInUse', (at, node, count) => {
      const series = this.keysInUse.get(node) ?? [];
      series.push({ at, count });
      this.keysInUse.set(node, series);
    });
  }

  #lose(lost: {
    readonly at: Microseconds;
    readonly sender: number;
    readonly receiver: number;
    readonly family: Family;
    readonly keyId: number;
    readonly fate: number;
  }): void {
    const { at, sender, receiver, family, keyId, fate } = lost;
    this.lost += 1;
    const pair = sender * this.#names.length + receiver;
    const key = (pair * 2 + (family === 4 ? 0 : 1)) * packetFates.length + fate;
    const known = this.#losses.get(key);
    if (known === undefined) {
      const loss = { sender, receiver, family, fate, keyId, firstAt: at, lastAt: at, count: 1 };
      this.#losses.set(key, loss);
      return;
    }
    known.count += 1;
    known.lastAt = at;
  }

  losses(): readonly Loss[] {
    return [...this.#losses.values()].map((loss) => ({
      ...loss,
      sender: this.#names[loss.sender] as NodeName,
      receiver: this.#names[loss.receiver] as NodeName,
      fate: packetFates[loss.fate] ?? 'uncounted',
    }));
  }
}
