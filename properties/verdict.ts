import type { NodeName } from '../model/agent/index.ts';
import type { Microseconds } from '../model/time.ts';
import type { Loss } from '../sim/index.ts';

/**
 * What a run shows about its procedure. `safe`: no packet was dropped by XFRM or for want of a node
 * ID, and none left unencrypted.
 */
export type Verdict =
  | { readonly kind: 'safe'; readonly margin: Margin | undefined }
  | {
      readonly kind: 'unsafe';
      readonly firstLoss: FirstLoss;
      readonly margin: Margin | undefined;
    }
  | { readonly kind: 'inconclusive'; readonly reason: string };

/** The first packet that should not have been lost, and why it was. */
export interface FirstLoss {
  readonly loss: Loss;
  /** In their order in time, the loss itself among them: what follows it came too late. */
  readonly causes: readonly Cause[];
  /** By how much what had to come first came too late; undefined where no time would have helped. */
  readonly missedBy: Microseconds | undefined;
  /** What to do about it, in one sentence. */
  readonly remedy: string;
}

/** One link in the chain of causes. */
export interface Cause {
  readonly at: Microseconds;
  readonly node: NodeName | undefined;
  /** One sentence without its full stop. */
  readonly what: string;
}

/**
 * How close the run came to a loss: the smallest margin of the rotation law over all ordered pairs
 * and rotations. Negative: a packet at the wrong moment would have been, or was, lost.
 */
export interface Margin {
  readonly smallest: Microseconds;
  readonly rule: MarginRule;
  readonly sender: NodeName;
  readonly receiver: NodeName;
  /**
   * The smallest `ipsec-key-rotation-duration` with which no old key would have gone too early in
   * this run; undefined where some pair never moved to the new key.
   */
  readonly neededRotationDuration: Microseconds | undefined;
}

/**
 * `receiverKeeps`: the receiver keeps the old key until the sender's last packet with it arrived.
 * `senderKeeps`: the sender keeps its old key until it no longer sends with it.
 * `receiverReady`: the receiver has the new key installed when the first packet with it arrives.
 */
export type MarginRule = 'receiverKeeps' | 'senderKeeps' | 'receiverReady';
