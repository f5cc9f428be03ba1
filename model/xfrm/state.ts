import type { Address } from '../address.ts';
import type { Microseconds } from '../time.ts';
import { second } from '../time.ts';
import { StateActivity } from './activity.ts';
import type { KeyHandle, SequenceSeed, StateConfig, StateShape } from './config.ts';
import type { Chained } from './hash-index.ts';
import type { Ordered } from './insertion-order.ts';
import type { Mark } from './mark.ts';

/**
 * `XFRM_STATE_*` of the kernel. Only a `valid` state transforms packets. `acquire` is a larval
 * state; `expired` has reached a hard limit and waits for its timer; `dead` is deleted.
 */
export type StateValidity = 'acquire' | 'valid' | 'expired' | 'dead';

/**
 * One ESP state. There may be millions: the object is flat, and what packets change is kept apart
 * until there is a packet. Only this folder writes to it.
 */
export class XfrmState implements Chained<XfrmState>, Ordered<XfrmState> {
  // What a packet reads comes first, to lie in as few cache lines as possible.
  /** Replaced as a whole when an update changes a limit or the output mark. */
  shape: StateShape;
  /** The mark's value as a signed 32-bit integer, which V8 stores in place. */
  readonly markBits: number;
  readonly spi: number;
  readonly destination: Address;
  readonly source: Address;
  /** The next one in the same bucket of the SPI index. */
  nextInBucket: XfrmState | undefined;
  validity: StateValidity;
  activity: StateActivity | undefined;
  readonly key: KeyHandle;
  /** When it was added, in whole seconds, as the kernel keeps it. */
  readonly addedSecond: number;
  /** Among states that match the same packet the one with the greatest rank is found. */
  rank: number;
  /** The next one in the same bucket of the destination table, newest first. */
  nextByDestination: XfrmState | undefined;
  nextInserted: XfrmState | undefined;

  constructor(config: StateConfig, validity: StateValidity, now: Microseconds) {
    this.shape = config.shape;
    this.markBits = config.markValue & config.shape.markMask;
    this.spi = config.spi;
    this.destination = config.destination;
    this.source = config.source;
    this.nextInBucket = undefined;
    this.validity = validity;
    this.activity =
      config.seed === undefined ? undefined : seedActivity(new StateActivity(), config.seed);
    this.key = config.key;
    this.addedSecond = Math.floor(now / second);
    this.rank = 0;
    this.nextByDestination = undefined;
    this.nextInserted = undefined;
  }

  /** The mark's value, unsigned. */
  get markValue(): number {
    return this.markBits >>> 0;
  }

  get mark(): Mark {
    return { value: this.markValue, mask: this.shape.markMask >>> 0 };
  }

  get isDeleted(): boolean {
    return this.validity === 'dead';
  }

  /** Whether a packet with this mark may use the state. */
  matchesMark(packetMark: number): boolean {
    return (packetMark & this.shape.markMask) === this.markBits;
  }

  get statistics(): StateStatistics {
    return statisticsOf(this.activity ?? unused);
  }
}

/** What `ip -s xfrm state` shows of a state. */
export interface StateStatistics {
  /** Octets of inner packets. */
  readonly bytes: number;
  readonly packets: number;
  /** `oseq` and `oseq-hi`: the last number sent. */
  readonly outputLow: number;
  readonly outputHigh: number;
  /** `seq` and `seq-hi`: the top of the replay window. */
  readonly inputLow: number;
  readonly inputHigh: number;
  /** `replay-window`: packets older than the window. */
  readonly replayWindow: number;
  /** `replay`: packets seen before. */
  readonly replay: number;
  /** `failed`: packets with a wrong ICV. */
  readonly failed: number;
}

/** The state's record of packets, made now if there is none yet. */
export function activityOf(state: XfrmState): StateActivity {
  state.activity ??= new StateActivity();
  return state.activity;
}

const unused = new StateActivity();

/** Sets the numbers, with nothing seen yet below the top of the window. */
export function seedActivity(activity: StateActivity, seed: SequenceSeed): StateActivity {
  activity.outputLow = seed.output ?? 0;
  activity.outputHigh = seed.outputHigh ?? 0;
  activity.topLow = seed.input ?? 0;
  activity.topHigh = seed.inputHigh ?? 0;
  activity.legacyBitmap = 0;
  activity.ring = undefined;
  return activity;
}

function statisticsOf(activity: StateActivity): StateStatistics {
  return {
    bytes: activity.bytes,
    packets: activity.packets,
    outputLow: activity.outputLow,
    outputHigh: activity.outputHigh,
    inputLow: activity.topLow,
    inputHigh: activity.topHigh,
    replayWindow: activity.tooOld,
    replay: activity.replayed,
    failed: activity.failed,
  };
}
