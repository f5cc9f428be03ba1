import type { NodeName } from '../model/agent/index.ts';
import type { Microseconds } from '../model/time.ts';
import type { Loss, Scenario } from '../sim/index.ts';
import type { Evidence, FirstLossWatch } from './first-loss.ts';
import type { History, NodeHistory, Since } from './history.ts';
import { latencyBoundsOf } from './latency-bounds.ts';
import type { Cause, FirstLoss } from './verdict.ts';

/** All that an explanation looks at. */
interface Case {
  readonly lost: Evidence;
  readonly sender: NodeName;
  readonly receiver: NodeName;
  readonly history: History;
  readonly watch: FirstLossWatch;
  readonly latency: Microseconds;
  readonly clusterOf: (node: number) => number;
}

type Explanation = Omit<FirstLoss, 'loss'>;

/** Why the first packet was lost. */
export function explainFirstLoss(
  scenario: Scenario,
  parts: { readonly history: History; readonly watch: FirstLossWatch; readonly loss: Loss },
  lost: Evidence,
): FirstLoss {
  const clusters = scenario.clusters.flatMap(({ nodes }, index) => nodes.map(() => index));
  const explained = explain({
    lost,
    sender: parts.loss.sender,
    receiver: parts.loss.receiver,
    history: parts.history,
    watch: parts.watch,
    latency: latencyBoundsOf(scenario)(lost.sender, lost.receiver).maximum,
    clusterOf: (node) => clusters[node] ?? 0,
  });
  const causes = [...explained.causes, ...faultCauses(parts.history, lost), lossItself(parts.loss)];
  causes.sort((one, other) => one.at - other.at);
  return { ...explained, causes, loss: parts.loss };
}

function explain(found: Case): Explanation {
  const { lost } = found;
  switch (lost.fate) {
    case 'XfrmInNoStates':
      if (found.history.node(lost.receiver).blindSince !== undefined) return unmarked(found);
      return lost.deletedAtReceiver === undefined
        ? neverReceivable(found)
        : reclaimedAtReceiver(found, lost.deletedAtReceiver);
    case 'XfrmOutPolBlock':
    case 'XfrmOutNoStates':
      return lost.deletedAtSender === undefined
        ? neverSendable(found)
        : reclaimedAtSender(found, lost.deletedAtSender);
    case 'XfrmInStateProtoError':
    case 'XfrmInStateSeqError':
      return statesDisagree(found);
    case 'noNodeIdAtEgress':
    case 'noNodeIdAtIngress':
      return unknownNode(found);
    case 'plaintext':
      return withoutKey(found);
    default:
      return otherFate(found);
  }
}

/** The old key went while the sender still used it. */
function reclaimedAtReceiver(found: Case, deletedAt: Microseconds): Explanation {
  const { lost, sender, receiver } = found;
  const causes = [
    ...secretCauses(found, lost.receiver),
    ...loadCause(receiver, lost.receiverKey),
    reclaimCause(found, lost.receiver, deletedAt),
    ...whySenderLags(found),
  ];
  const switched = switchTime(found);
  const earliest = earliestReclaim(found, lost.receiver);
  const missedBy =
    switched === undefined || earliest === undefined
      ? undefined
      : switched + found.latency - earliest;
  const remedy = `keep the old key on ${receiver} until ${sender} no longer sends with it: a larger ipsec-key-rotation-duration`;
  return { causes, missedBy, remedy };
}

/** The sender's own old key went before it learnt that the receiver has the new one. */
function reclaimedAtSender(found: Case, deletedAt: Microseconds): Explanation {
  const { lost, sender, receiver } = found;
  const causes = [
    ...secretCauses(found, lost.sender),
    ...loadCause(sender, lost.senderKey),
    reclaimCause(found, lost.sender, deletedAt),
    ...whyReceiverLags(found),
  ];
  const { learnt } = found.watch;
  const earliest = earliestReclaim(found, lost.sender);
  const missedBy =
    learnt === undefined || earliest === undefined ? undefined : learnt.at - earliest;
  const remedy = `keep the old key on ${sender} until it has learnt that ${receiver} has the new one: a larger ipsec-key-rotation-duration`;
  return { causes, missedBy, remedy };
}

/** The receiver never had a state for this key from this sender. */
function neverReceivable(found: Case): Explanation {
  const { lost, sender, receiver } = found;
  const { installed } = found.watch;
  const causes = [
    ...secretCauses(found, lost.receiver),
    ...loadCause(receiver, lost.receiverKey),
    ...bootCauses(found),
    believedCause(found),
  ];
  const announcedEarly = lost.receiverKey?.keyId === lost.keyId;
  if (!announcedEarly) {
    return {
      causes,
      missedBy: undefined,
      remedy: `${receiver} holds no key ${lost.keyId}: rotate only when every node of every cluster has the key before it`,
    };
  }
  if (installed !== undefined) {
    causes.push({
      at: installed.at,
      node: receiver,
      what: `installs the state to receive key ${lost.keyId} from ${sender}, after it had announced the key`,
    });
  }
  return {
    causes,
    missedBy: installed === undefined ? undefined : installed.at - lost.at,
    remedy:
      'announce a key only when its states are installed (cilium/cilium#44335), or install faster',
  };
}

/** The packet reached XFRM without the mark that all states to receive with demand. */
function unmarked({ lost, receiver, history }: Case): Explanation {
  const { blindSince = lost.at } = history.node(lost.receiver);
  const what =
    'has its program at another device: no program of Cilium sees what arrives, and marks it';
  return {
    causes: [{ at: blindSince, node: receiver, what }],
    missedBy: undefined,
    remedy: `name the device at which packets arrive on ${receiver} (encrypt-interface), and restart its agent`,
  };
}

function neverSendable(found: Case): Explanation {
  const { lost, sender, receiver } = found;
  const causes = [
    ...(sameIdTwice(found) ? secretCauses(found, lost.sender) : []),
    ...bootCauses(found),
    ...loadCause(sender, lost.senderKey),
    believedCause(found),
  ];
  const sameKey = lost.senderKey?.keyId === lost.keyId;
  return {
    causes,
    missedBy: undefined,
    remedy: sameKey
      ? `${sender} has not installed its states towards ${receiver} yet: wait for it before sending`
      : `${sender} never held key ${lost.keyId}: let no node join or reboot between the secret's change and the end of the rotation`,
  };
}

/** Both ends have a state, and they do not fit: key bytes or sequence numbers. */
function statesDisagree(found: Case): Explanation {
  const { lost } = found;
  const causes = [...secretCauses(found, lost.receiver), ...bootCauses(found)];
  for (const [node, name] of ends(found)) {
    const loads = found.history.node(node).loads.filter(({ at }) => at > 0);
    causes.push(
      ...loadCause(
        name,
        loads.findLast(({ at }) => at <= lost.at),
      ),
    );
    causes.push(
      ...loadCause(
        name,
        loads.find(({ at }) => at > lost.at),
      ),
    );
  }
  return { causes, missedBy: undefined, remedy: remedyForDisagreement(found) };
}

function remedyForDisagreement(found: Case): string {
  if (sameIdTwice(found)) return 'a new key needs a new key ID: rotate properly';
  const booted = ends(found).find(([node]) =>
    found.history.node(node).boots.some((at) => at <= found.lost.at),
  );
  return booted === undefined
    ? 'the ends hold different keys or sequence numbers: a proper rotation gives both new states'
    : `drain ${booted[1]} before it reboots: its peers derive keys from the boot ID before until they learn the new one`;
}

function unknownNode(found: Case): Explanation {
  const { lost, sender, receiver } = found;
  const [blind, unseen] =
    lost.fate === 'noNodeIdAtEgress' ? [sender, receiver] : [receiver, sender];
  const causes = bootCauses(found);
  const { learnt } = found.watch;
  if (learnt !== undefined) {
    causes.push({ at: learnt.at, node: sender, what: `learns of ${receiver}` });
  }
  return {
    causes,
    missedBy: learnt === undefined ? undefined : learnt.at - lost.at,
    remedy: `${blind} does not know ${unseen} yet, or no more: the drops end when its record has spread`,
  };
}

function withoutKey(found: Case): Explanation {
  const { sender, receiver } = found;
  const empty = found.history
    .node(found.lost.sender)
    .encryptMap.findLast(({ at }) => at <= found.lost.at);
  const causes = [
    ...secretCauses(found, found.lost.sender),
    ...loadCause(sender, found.lost.senderKey),
    believedCause(found),
    ...(empty?.keyId === 0
      ? [
          {
            at: empty.at,
            node: sender,
            what: 'reads a key file without a key, and goes on with key ID 0',
          },
        ]
      : []),
  ];
  return {
    causes,
    missedBy: undefined,
    remedy: `${sender} has no key for ${receiver}, and this release then sends plaintext: see that both publish a key ID`,
  };
}

function otherFate(found: Case): Explanation {
  return {
    causes: [...secretCauses(found, found.lost.receiver), ...bootCauses(found)],
    missedBy: undefined,
    remedy: 'run with --trace and look at what happened on both nodes just before',
  };
}

/** When the sender began to use the newer key towards the receiver; undefined if it never did. */
function switchTime({ lost, history, watch }: Case): Microseconds | undefined {
  const own = history.node(lost.sender).encryptMap.find(({ at }) => at > lost.at);
  const { learnt } = watch;
  const knewBefore = lost.believed.keyId !== lost.keyId;
  if (own === undefined) return learnt?.at;
  if (knewBefore) return own.at;
  return learnt === undefined ? undefined : Math.max(own.at, learnt.at);
}

/** When the reclaimer of a node may first take the key that its present one replaced. */
function earliestReclaim({ lost, history }: Case, node: number): Microseconds | undefined {
  const key = node === lost.sender ? lost.senderKey : lost.receiverKey;
  return key === undefined ? undefined : key.at + history.node(node).rotationDuration;
}

function reclaimCause({ lost, history, ...found }: Case, node: number, at: Microseconds): Cause {
  const name = node === lost.sender ? found.sender : found.receiver;
  const { rotationDuration } = history.node(node);
  return {
    at,
    node: name,
    what: `removes its states of key ${lost.keyId}: ipsec-key-rotation-duration (${rotationDuration / 1_000_000} s) after the load, at the reclaimer's next tick`,
  };
}

/** What kept the sender on the old key: its own secret, or the news of the receiver. */
function whySenderLags(found: Case): readonly Cause[] {
  const { lost, sender, history, watch } = found;
  if (lost.senderKey?.keyId === lost.keyId) {
    const next = history.node(lost.sender).loads.find(({ at }) => at > lost.at);
    return next === undefined
      ? [{ at: lost.at, node: sender, what: `still has key ${lost.keyId}, to the end of the run` }]
      : loadCause(sender, next);
  }
  return watch.learnt === undefined ? [] : [learnCause(found, watch.learnt)];
}

function whyReceiverLags(found: Case): readonly Cause[] {
  const { lost, receiver, history, watch } = found;
  const causes: Cause[] = [];
  const load = history.node(lost.receiver).loads.find(({ at }) => at > lost.at);
  if (lost.receiverKey?.keyId === lost.keyId) {
    if (load === undefined) {
      const what = `still has key ${lost.keyId}, to the end of the run`;
      causes.push({ at: lost.at, node: receiver, what });
    } else causes.push(...loadCause(receiver, load));
  }
  if (watch.learnt !== undefined) causes.push(learnCause(found, watch.learnt));
  return causes;
}

function learnCause({ sender, receiver }: Case, learnt: Since): Cause {
  return {
    at: learnt.at,
    node: sender,
    what: `learns that ${receiver} has key ${learnt.keyId}`,
  };
}

function believedCause({ lost, sender, receiver }: Case): Cause {
  const what = `takes ${receiver} to have ${keyText(lost.believed.keyId)}, and sends with ${keyText(lost.keyId)}`;
  return { at: lost.believed.at, node: sender, what };
}

function loadCause(node: NodeName, load: Since | undefined): Cause[] {
  if (load === undefined) return [];
  const what =
    load.at === 0 ? `has had key ${load.keyId} from the start` : `loads key ${load.keyId}`;
  return [{ at: load.at, node, what }];
}

/** The last write of the secret before the loss. */
function secretCauses({ lost, history, clusterOf }: Case, node: number): Cause[] {
  const writes = history.secretWrites[clusterOf(node)] ?? [];
  const last = writes.filter((at) => at <= lost.at).at(-1);
  return last === undefined ? [] : [{ at: last, node: undefined, what: 'the secret is written' }];
}

function bootCauses(found: Case): Cause[] {
  const causes: Cause[] = [];
  for (const [node, name] of ends(found)) {
    const { boots, agentStarts, releases } = found.history.node(node);
    const boot = boots.filter((at) => at <= found.lost.at).at(-1);
    const start = agentStarts.filter((at) => at <= found.lost.at).at(-1);
    if (boot !== undefined)
      causes.push({ at: boot, node: name, what: 'is up, with a new boot ID' });
    else if (start !== undefined)
      causes.push({ at: start, node: name, what: restartText(releases, start) });
  }
  return causes;
}

function restartText(releases: NodeHistory['releases'], start: Microseconds): string {
  const changed = releases.find(({ at }) => at === start);
  const other = changed === undefined ? '' : `, on another release: ${changed.release}`;
  return `restarts its agent${other}`;
}

function ends({ lost, sender, receiver }: Case): readonly (readonly [number, NodeName])[] {
  return [
    [lost.sender, sender],
    [lost.receiver, receiver],
  ];
}

/** Whether the secret was written between two loads of one key ID: an agent that starts loads it again, too. */
function sameIdTwice({ lost, history, clusterOf }: Case): boolean {
  return [lost.sender, lost.receiver].some((node) => {
    const { loads } = history.node(node);
    const writes = history.secretWrites[clusterOf(node)] ?? [];
    return loads.some(({ at, keyId }, index) => {
      const before = loads[index - 1];
      return before?.keyId === keyId && writes.some((write) => write > before.at && write <= at);
    });
  });
}

function lossItself(loss: Loss): Cause {
  const atSender = loss.fate.startsWith('XfrmOut') || loss.fate === 'noNodeIdAtEgress';
  const here = atSender || loss.fate === 'plaintext' ? loss.sender : loss.receiver;
  const what =
    loss.fate === 'plaintext'
      ? `sends a packet to ${loss.receiver} unencrypted`
      : `drops a packet from ${loss.sender} to ${loss.receiver} with ${keyText(loss.keyId)}: ${loss.fate}`;
  return { at: loss.firstAt, node: here, what };
}

/** What faults do that the history of a node does not tell by itself. */
const faultTexts: Readonly<Record<string, string>> = {
  leave: 'a node is removed',
  replace: 'a node is replaced by another with its addresses',
  pauseAgent: 'an agent stands still',
  slowNode: 'a node is slow',
  partition: 'a link is cut',
  delayLink: 'a link is slow',
  deletePods: 'pods are deleted',
  memoryPressure: 'a kernel is short of memory',
  asyncCrypto: 'packets begin to wait in a crypto engine',
  setSequenceNumber: 'the sequence numbers of output states are set',
  deleteXfrmStates: 'XFRM states are deleted by hand',
  deleteXfrmPolicies: 'XFRM policies are deleted by hand',
  addXfrmPolicy: 'an XFRM policy is added by hand',
  failOperation: 'operations of an agent begin to fail',
};

function faultCauses({ faults }: History, lost: Evidence): readonly Cause[] {
  return faults.flatMap(({ at, kind }) => {
    const what = faultTexts[kind];
    return what === undefined || at > lost.at ? [] : [{ at, node: undefined, what }];
  });
}

function keyText(keyId: number): string {
  return keyId === 0 ? 'no key' : `key ${keyId}`;
}
