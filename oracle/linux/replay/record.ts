import type { Microseconds } from '../../../model/time.ts';
import type {
  EspPacket,
  InnerPacket,
  KernelProfile,
  OutputResult,
  PolicyConfig,
  PolicyDirection,
  PolicyIdentity,
  SequenceSeed,
  StateConfig,
  StateIdentity,
  StateShape,
  Xfrm,
  XfrmCounter,
} from '../../../model/xfrm/index.ts';

/** One boot of one node: it begins with empty tables and counters. */
export interface RecordedKernel {
  readonly node: string;
  readonly number: number;
  readonly profile: KernelProfile;
  readonly xfrm: Xfrm;
  /** Counted in the model because the scenario says so, not because of what XFRM did. */
  readonly races: Map<XfrmCounter, number>;
}

/** What a node's kernel was asked for, and what the model answered. */
export type RecordedDeed =
  | { readonly kind: 'addState'; readonly state: StateConfig; readonly answer: string }
  | { readonly kind: 'updateState'; readonly state: StateConfig; readonly answer: string }
  | { readonly kind: 'deleteState'; readonly identity: StateIdentity; readonly answer: string }
  | {
      readonly kind: 'replaceSequence';
      readonly identity: StateIdentity;
      /** Of the state that is meant; undefined: there is none. */
      readonly shape: StateShape | undefined;
      readonly seed: SequenceSeed;
      readonly answer: string;
    }
  | { readonly kind: 'addPolicy'; readonly policy: PolicyConfig; readonly answer: string }
  | { readonly kind: 'upsertPolicy'; readonly policy: PolicyConfig; readonly answer: string }
  | { readonly kind: 'deletePolicy'; readonly identity: PolicyIdentity; readonly answer: string }
  | {
      readonly kind: 'setDefaults';
      readonly blocked: Readonly<Record<PolicyDirection, boolean>>;
    }
  | { readonly kind: 'flush' }
  | RecordedSend
  | RecordedReceive
  /** Something that cannot be asked of a kernel here. */
  | { readonly kind: 'unsupported'; readonly what: string };

export interface RecordedSend {
  readonly kind: 'send';
  readonly packet: InnerPacket;
  readonly mark: number;
  readonly result: OutputResult;
}

export interface RecordedReceive {
  readonly kind: 'receive';
  readonly packet: EspPacket;
  readonly mark: number;
  /** Whether it got past XFRM, and its policies, in the end. */
  accepted: boolean;
  /** Where the packet inside goes: to a socket, or on. */
  direction: 'in' | 'fwd';
}

export interface RecordedEvent {
  readonly at: Microseconds;
  readonly kernel: RecordedKernel;
  readonly deed: RecordedDeed;
}
