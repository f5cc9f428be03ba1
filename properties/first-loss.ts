import type { Microseconds } from '../model/time.ts';
import { fateNumber, isBlameless, type PacketFate, packetFates, type Trace } from '../sim/index.ts';
import type { History, NodeHistory, Since } from './history.ts';

/** The first packet that should not have been lost, and what was known at that instant. */
export interface Evidence {
  readonly at: Microseconds;
  readonly sender: number;
  readonly receiver: number;
  readonly family: 4 | 6;
  readonly keyId: number;
  readonly fate: PacketFate;
  /** The key that each end had in memory, and since when; undefined for none. */
  readonly senderKey: Since | undefined;
  readonly receiverKey: Since | undefined;
  /** What the sender's datapath believed the receiver to have. */
  readonly believed: Since;
  /**
   * When the last state of the packet's key was deleted at each end, which has another key by now.
   * Undefined for never: while a key is in use, its states only go with the peer that they are for.
   */
  readonly deletedAtSender: Microseconds | undefined;
  readonly deletedAtReceiver: Microseconds | undefined;
  /** The newest key with which the receiver could receive from the sender. */
  readonly receivable: Since;
}

/**
 * Waits for the first violation, and from then on for what would have prevented it: the next time
 * that the sender learns something of the receiver, and that the receiver installs something for it.
 */
export class FirstLossWatch {
  readonly #history: History;
  evidence: Evidence | undefined = undefined;
  /** What came too late: set when it comes. */
  learnt: Since | undefined = undefined;
  installed: Since | undefined = undefined;

  constructor(trace: Trace, history: History) {
    this.#history = history;
    const violations = packetFates.filter((fate) => !isBlameless(fate)).map(fateNumber);
    const isViolation = packetFates.map((_, number) => violations.includes(number));
    // As many parameters as the event has values: the commonest event must not allocate.
    // eslint-disable-next-line max-params
    trace.observe('packetFate', (at, sender, receiver, family, keyId, _sequence, fate) => {
      if (this.evidence !== undefined || isViolation[fate] !== true) return;
      const fateName = packetFates[fate] as PacketFate;
      const lost = { at, sender, receiver, keyId, fate: fateName };
      this.evidence = this.#gather({ ...lost, family: family === 4 ? 4 : 6 });
    });
    trace.observe('peerKeySet', (at, node, peer, keyId) => {
      if (this.evidence?.sender !== node || this.evidence.receiver !== peer) return;
      this.learnt ??= { at, keyId };
    });
    trace.observe('stateAdded', (at, node, peer, spi, output) => {
      const lost = this.evidence;
      if (output === 1 || lost?.receiver !== node || lost.sender !== peer) return;
      if (spi === lost.keyId) this.installed ??= { at, keyId: spi };
    });
  }

  #gather(
    lost: Pick<Evidence, 'at' | 'sender' | 'receiver' | 'family' | 'keyId' | 'fate'>,
  ): Evidence {
    const sender = this.#history.node(lost.sender);
    const receiver = this.#history.node(lost.receiver);
    return {
      ...lost,
      senderKey: keyOf(sender),
      receiverKey: keyOf(receiver),
      believed: this.#history.peerKey(lost.sender, lost.receiver),
      deletedAtSender: reclaimedAt(sender, lost.keyId),
      deletedAtReceiver: reclaimedAt(receiver, lost.keyId),
      receivable: this.#history.inputKey(lost.receiver, lost.sender),
    };
  }
}

function reclaimedAt(node: NodeHistory, keyId: number): Microseconds | undefined {
  return keyOf(node)?.keyId === keyId ? undefined : node.deletions.get(keyId);
}

function keyOf({ loads }: NodeHistory): Since | undefined {
  return loads[loads.length - 1];
}
