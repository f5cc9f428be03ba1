import type { NodeName } from '../../model/agent/index.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Evidence, FirstLossWatch } from '../first-loss.ts';
import type { History, NodeHistory, Since } from '../history.ts';
import type { FirstLoss } from '../verdict.ts';
import type { ToldFault } from './faults.ts';

/** All that an explanation looks at. */
export interface Found {
  readonly lost: Evidence;
  readonly sender: NodeName;
  readonly receiver: NodeName;
  readonly history: History;
  readonly watch: FirstLossWatch;
  readonly latency: Microseconds;
  readonly clusterOf: (node: number) => number;
  /** What befell the two nodes, and all nodes that left, up to the loss. */
  readonly faults: readonly ToldFault[];
}

export type Explanation = Omit<FirstLoss, 'loss'>;

/** One of the two nodes, as the lost packet is seen from it. */
export interface End {
  readonly node: number;
  readonly name: NodeName;
  readonly peer: NodeName;
  readonly role: 'sender' | 'receiver';
  readonly history: NodeHistory;
  readonly key: Since | undefined;
  /** Its newest state for the packet's direction, when it deleted that of the packet's key, and when it had it again. */
  readonly state: Since;
  readonly deletedAt: Microseconds | undefined;
  readonly installedAt: Microseconds | undefined;
  /** Whether it deletes that state to add it anew: nothing else happened to its states since. */
  readonly isReplacing: boolean;
  /** Whether its agent has gone through all nodes with the key that it has; if not, when it had. */
  readonly isValidated: boolean;
  readonly validatedAt: Microseconds | undefined;
  /** When it deleted the other end as a node that has left. */
  readonly forgottenAt: Microseconds | undefined;
}

export function senderOf({ lost, sender, receiver, history, watch }: Found): End {
  return {
    node: lost.sender,
    name: sender,
    peer: receiver,
    role: 'sender',
    history: history.node(lost.sender),
    key: lost.senderKey,
    state: lost.sendable,
    deletedAt: lost.deletedAtSender,
    installedAt: watch.installedAtSender?.at,
    isReplacing: lost.senderIsReplacing,
    isValidated: isSince(lost.senderValidated, lost.senderKey),
    validatedAt: watch.validatedBySender?.at,
    forgottenAt: lost.forgottenBySender,
  };
}

export function receiverOf({ lost, sender, receiver, history, watch }: Found): End {
  return {
    node: lost.receiver,
    name: receiver,
    peer: sender,
    role: 'receiver',
    history: history.node(lost.receiver),
    key: lost.receiverKey,
    state: lost.receivable,
    deletedAt: lost.deletedAtReceiver,
    installedAt: watch.installed?.at,
    isReplacing: lost.receiverIsReplacing,
    isValidated: isSince(lost.receiverValidated, lost.receiverKey),
    validatedAt: watch.validatedByReceiver?.at,
    forgottenAt: lost.forgottenByReceiver,
  };
}

function isSince(validated: Since | undefined, key: Since | undefined): boolean {
  return validated !== undefined && key !== undefined && validated.at >= key.at;
}

export function bothEnds(found: Found): readonly [End, End] {
  return [senderOf(found), receiverOf(found)];
}

/** `state to send key 4 to east/n2`: what an end needs for a packet with this key. */
export function stateOf({ role, peer }: End, keyId: number): string {
  return role === 'sender'
    ? `state to send key ${keyId} to ${peer}`
    : `state to receive key ${keyId} from ${peer}`;
}
