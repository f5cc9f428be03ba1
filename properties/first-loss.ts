import type { Microseconds } from '../model/time.ts';
import { fateNumber, isBlameless, type PacketFate, packetFates, type Trace } from '../sim/index.ts';
import { type History, type NodeHistory, type Since, stateNumber } from './history.ts';

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
   * When each end deleted the state of the packet's key that it had for the other, without adding it
   * again; undefined where it did not.
   */
  readonly deletedAtSender: Microseconds | undefined;
  readonly deletedAtReceiver: Microseconds | undefined;
  /** The newest state with which each end could send to, or receive from, the other. */
  readonly sendable: Since;
  readonly receivable: Since;
  /** Whether that deletion was the last thing that happened to any state of its node. */
  readonly senderIsReplacing: boolean;
  readonly receiverIsReplacing: boolean;
  /** When each end's agent had last gone through all nodes, with which key. */
  readonly senderValidated: Since | undefined;
  readonly receiverValidated: Since | undefined;
  /** When each end last deleted the other, as a node that has left. */
  readonly forgottenBySender: Microseconds | undefined;
  readonly forgottenByReceiver: Microseconds | undefined;
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
  learntByReceiver: Since | undefined = undefined;
  /** The same at the sender: when it had the state of the packet's key again, or at last. */
  installedAtSender: Since | undefined = undefined;
  /** When the agent of each end had gone through all nodes at last. */
  validatedBySender: Since | undefined = undefined;
  validatedByReceiver: Since | undefined = undefined;

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
      const lost = this.evidence;
      if (lost?.sender === node && lost.receiver === peer) this.learnt ??= { at, keyId };
      if (lost?.receiver === node && lost.sender === peer) this.learntByReceiver ??= { at, keyId };
    });
    trace.observe('allNodesValidated', (at, node, keyId) => {
      const lost = this.evidence;
      if (lost?.sender === node) this.validatedBySender ??= { at, keyId };
      if (lost?.receiver === node) this.validatedByReceiver ??= { at, keyId };
    });
    trace.observe('stateAdded', (at, node, peer, spi, output) => {
      const lost = this.evidence;
      if (spi !== lost?.keyId) return;
      if (output === 1 && lost.sender === node && lost.receiver === peer) {
        this.installedAtSender ??= { at, keyId: spi };
      }
      if (output === 0 && lost.receiver === node && lost.sender === peer) {
        this.installed ??= { at, keyId: spi };
      }
    });
  }

  #gather(
    lost: Pick<Evidence, 'at' | 'sender' | 'receiver' | 'family' | 'keyId' | 'fate'>,
  ): Evidence {
    const history = this.#history;
    const sender = history.node(lost.sender);
    const receiver = history.node(lost.receiver);
    const { keyId: spi } = lost;
    const [from, to] = [lost.sender, lost.receiver];
    return {
      ...lost,
      senderKey: keyOf(sender),
      receiverKey: keyOf(receiver),
      believed: history.peerKey(from, to),
      deletedAtSender: history.knowsPairs
        ? history.goneState('out', { node: from, peer: to, spi })
        : reclaimedAt(sender, spi),
      deletedAtReceiver: history.knowsPairs
        ? history.goneState('in', { node: to, peer: from, spi })
        : reclaimedAt(receiver, spi),
      sendable: history.newestState('out', from, to),
      receivable: history.inputKey(to, from),
      senderIsReplacing: sender.lastDeleted === stateNumber(to, spi, 1),
      receiverIsReplacing: receiver.lastDeleted === stateNumber(from, spi, 0),
      senderValidated: sender.validated,
      receiverValidated: receiver.validated,
      forgottenBySender: history.peerDeletedAt(from, to),
      forgottenByReceiver: history.peerDeletedAt(to, from),
    };
  }
}

/** All that is known where pairs are not: while a key is in use, its states only go with their peer. */
function reclaimedAt(node: NodeHistory, keyId: number): Microseconds | undefined {
  return keyOf(node)?.keyId === keyId ? undefined : node.deletions.get(keyId);
}

function keyOf({ loads }: NodeHistory): Since | undefined {
  return loads[loads.length - 1];
}
