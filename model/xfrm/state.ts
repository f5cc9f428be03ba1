import type { Address } from '../address.ts';
import { StateActivity } from './activity.ts';
import type { KeyHandle, SequenceSeed, StateShape } from './config.ts';
import type { Mark } from './mark.ts';
import type { StateRows } from './state-rows.ts';

/**
 * `XFRM_STATE_*` of the kernel. Only a `valid` state transforms packets. `acquire` is a larval
 * state; `expired` has reached a hard limit and waits for its timer; `dead` is deleted.
 */
export type StateValidity = 'acquire' | 'valid' | 'expired' | 'dead';

/** What a dump tells of a state: all but what packets and time have done to it. */
export class ListedState {
  // What a packet reads comes first, to lie in as few cache lines as possible.
  shape: StateShape;
  /** The mark's value as a signed 32-bit integer, which V8 stores in place. */
  readonly markBits: number;
  /** Only that of a larval state changes, once, from 0. */
  spi: number;
  readonly destination: Address;
  readonly source: Address;
  readonly key: KeyHandle;

  constructor(rows: StateRows, row: number) {
    this.shape = rows.shape[row] as StateShape;
    this.markBits = rows.markBits[row] as number;
    this.spi = rows.spi[row] as number;
    this.destination = rows.destination[row] as Address;
    this.source = rows.source[row] as Address;
    this.key = rows.keyOf(row);
  }

  /** The mark's value, unsigned. */
  get markValue(): number {
    return this.markBits >>> 0;
  }

  get mark(): Mark {
    return { value: this.markValue, mask: this.shape.markMask >>> 0 };
  }
}

/**
 * One ESP state that is awake: what packets change is kept apart until there is a packet. Only this
 * folder writes to it. Its shape is replaced as a whole when an update changes a limit or the output
 * mark.
 */
export class XfrmState extends ListedState {
  validity: StateValidity = 'valid';
  activity: StateActivity | undefined = undefined;
  /** When it was added, in whole seconds, as the kernel keeps it. */
  readonly addedSecond: number;
  /** Where the table keeps it; it moves. */
  row: number;

  constructor(rows: StateRows, row: number) {
    super(rows, row);
    this.addedSecond = rows.addedSecond[row] as number;
    this.row = row;
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
