import type { Microseconds } from '../../model/time.ts';
import type { Since } from '../history.ts';
import type { Cause } from '../verdict.ts';
import { loadCause, secretCauses } from './causes.ts';
import { type End, type Explanation, type Found, receiverOf, senderOf } from './found.ts';
import { neverLoaded } from './never-loaded.ts';

/** The old key went while the sender still used it. */
export function reclaimedAtReceiver(found: Found, deletedAt: Microseconds): Explanation {
  const end = receiverOf(found);
  const switched = switchTime(found);
  const earliest = earliestReclaim(end);
  const missedBy =
    switched === undefined || earliest === undefined
      ? undefined
      : switched + found.latency - earliest;
  const causes = [...reclaimCauses(found, end, deletedAt), ...whySenderLags(found)];
  const lasting = `keep the old key on ${end.name} until ${end.peer} no longer sends with it`;
  return { causes, missedBy, remedy: remedyOf(found, senderOf(found), lasting) };
}

/** The sender's own old key went before it learnt that the receiver has the new one. */
export function reclaimedAtSender(found: Found, deletedAt: Microseconds): Explanation {
  const end = senderOf(found);
  const { learnt } = found.watch;
  const earliest = earliestReclaim(end);
  const missedBy =
    learnt === undefined || earliest === undefined ? undefined : learnt.at - earliest;
  const causes = [...reclaimCauses(found, end, deletedAt), ...whyReceiverLags(found)];
  const lasting = `keep the old key on ${end.name} until it has learnt that ${end.peer} has the new one`;
  return { causes, missedBy, remedy: remedyOf(found, receiverOf(found), lasting) };
}

/** No duration is long enough for a node that never loads the key. */
function remedyOf(found: Found, laggard: End, lasting: string): string {
  return neverLoaded(found, laggard)?.remedy ?? `${lasting}: a larger ipsec-key-rotation-duration`;
}

function reclaimCauses(found: Found, end: End, at: Microseconds): readonly Cause[] {
  const { name, key, history } = end;
  const { rotationDuration } = history;
  const seconds = rotationDuration / 1_000_000;
  const earliest = earliestReclaim(end);
  const when =
    earliest !== undefined && at < earliest
      ? `before ipsec-key-rotation-duration (${seconds} s) is over`
      : `ipsec-key-rotation-duration (${seconds} s) after the load, at the reclaimer's next tick`;
  return [
    ...secretCauses(found, end.node),
    ...loadCause(name, key),
    { at, node: name, what: `removes its states of key ${found.lost.keyId}: ${when}` },
  ];
}

/** When the sender began to use the newer key towards the receiver; undefined if it never did. */
function switchTime({ lost, history, watch }: Found): Microseconds | undefined {
  const own = history.node(lost.sender).encryptMap.find(({ at }) => at > lost.at);
  const { learnt } = watch;
  const knewBefore = lost.believed.keyId !== lost.keyId;
  if (own === undefined) return learnt?.at;
  if (knewBefore) return own.at;
  return learnt === undefined ? undefined : Math.max(own.at, learnt.at);
}

/** When the reclaimer of a node may first take the key that its present one replaced. */
function earliestReclaim({ key, history }: End): Microseconds | undefined {
  return key === undefined ? undefined : key.at + history.rotationDuration;
}

/** What kept the sender on the old key: its own secret, or the news of the receiver. */
function whySenderLags(found: Found): readonly Cause[] {
  const { lost, watch } = found;
  if (lost.senderKey?.keyId === lost.keyId) return whyNotLoaded(found, senderOf(found));
  return watch.learnt === undefined ? [] : [learnCause(found, watch.learnt)];
}

function whyReceiverLags(found: Found): readonly Cause[] {
  const { lost, watch } = found;
  const causes =
    lost.receiverKey?.keyId === lost.keyId ? [...whyNotLoaded(found, receiverOf(found))] : [];
  if (watch.learnt !== undefined) causes.push(learnCause(found, watch.learnt));
  return causes;
}

function whyNotLoaded(found: Found, end: End): readonly Cause[] {
  const { lost } = found;
  const load = end.history.loads.find(({ at }) => at > lost.at);
  if (load !== undefined) return loadCause(end.name, load);
  const what = `still has key ${lost.keyId}, to the end of the run`;
  return [...(neverLoaded(found, end)?.causes ?? []), { at: lost.at, node: end.name, what }];
}

function learnCause({ sender, receiver }: Found, learnt: Since): Cause {
  return {
    at: learnt.at,
    node: sender,
    what: `learns that ${receiver} has key ${learnt.keyId}`,
  };
}
