import type { Cause } from '../verdict.ts';
import { believedCause, failureCauses, loadCause, secretCauses, startCauses } from './causes.ts';
import { befell } from './faults.ts';
import { bothEnds, type End, type Explanation, type Found, receiverOf, stateOf } from './found.ts';
import { isSameIdTwice, remedyOfSameId } from './same-id.ts';
import { keyNeverHeld } from './key-never-held.ts';
import { reclaimedAtReceiver, reclaimedAtSender } from './reclaimed-key.ts';

/** An end has nothing for the packet's key: it never had, or not any more, or not what fits. */
export function stateMissing(found: Found, end: End): Explanation {
  const { lost } = found;
  if (end.role === 'receiver' && end.history.blindSince !== undefined) return unmarked(found);
  if (end.deletedAt !== undefined) return stateGone(found, end, end.deletedAt);
  if (end.key?.keyId !== lost.keyId) return keyNeverHeld(found, end);
  if (end.state.keyId === lost.keyId && end.isValidated) return stateDoesNotFit(found, end);
  return notYetInstalled(found, end);
}

function stateGone(found: Found, end: End, deletedAt: number): Explanation {
  const { lost } = found;
  if (befell(found.faults, 'deleteXfrmStates', end.name, deletedAt)) return goneByHand(found, end);
  const hasOther = end.key !== undefined && end.key.keyId !== lost.keyId;
  if (hasOther && end.key.at <= deletedAt && end.forgottenAt !== deletedAt) {
    return end.role === 'receiver'
      ? reclaimedAtReceiver(found, deletedAt)
      : reclaimedAtSender(found, deletedAt);
  }
  return end.isReplacing && end.installedAt !== undefined
    ? replaced(found, end, { from: deletedAt, to: end.installedAt })
    : deletedInUse(found, end, deletedAt);
}

function goneByHand(found: Found, end: End): Explanation {
  return {
    causes: backCause(found, end),
    missedBy: undefined,
    remedy: `${putBack(end)}${end.role === 'sender' ? '; where its peers then drop low sequence numbers, rotate the key' : ''}`,
  };
}

function putBack({ name }: End): string {
  return `restart the agent of ${name}, which puts back what was deleted, or wait until its background sync does`;
}

function backCause({ lost }: Found, end: End): readonly Cause[] {
  const { installedAt: at, name } = end;
  return at === undefined
    ? []
    : [{ at, node: name, what: `has its ${stateOf(end, lost.keyId)} again` }];
}

/** The kernel takes no second state of one destination, SPI and mark: the old one goes first. */
function replaced(
  found: Found,
  end: End,
  gap: { readonly from: number; readonly to: number },
): Explanation {
  const gone = `deletes its ${stateOf(end, found.lost.keyId)}, to make it anew`;
  return {
    causes: [
      ...secretCauses(found, end.node),
      ...startCauses(found),
      ...loadCause(end.name, end.key),
      { at: gap.from, node: end.name, what: gone },
      ...backCause(found, end),
    ],
    missedBy: gap.to - found.lost.at,
    remedy: remedyOfGap(found, end, gap.to - gap.from),
  };
}

function remedyOfGap(found: Found, { name }: End, length: number): string {
  if (isSameIdTwice(found)) return remedyOfSameId;
  const gap = `${name} cannot replace a state in one step (cilium/cilium#32240): the gap ends by itself, ${length / 1000} ms after it began`;
  return isReleaseChanged(found)
    ? `${gap}; it comes with the change of the release, so take pods off ${name} meanwhile`
    : gap;
}

function isReleaseChanged(found: Found): boolean {
  return bothEnds(found).some(({ history }) =>
    history.releases.some(({ at }) => at <= found.lost.at),
  );
}

function deletedInUse(found: Found, end: End, at: number): Explanation {
  const { name, peer } = end;
  const gone = `deletes its ${stateOf(end, found.lost.keyId)}`;
  const isPeerDeleted = end.forgottenAt === at;
  const why = isPeerDeleted ? `, as it takes ${peer} to have left` : ', which it has in use';
  return {
    causes: [...loadCause(name, end.key), { at, node: name, what: `${gone}${why}` }],
    missedBy: undefined,
    remedy: isPeerDeleted
      ? `have ${peer} publish its record again: ${name} then makes its states anew`
      : `no agent may delete a key in use: restart that of ${name}, which installs it again`,
  };
}

/** The packet reached XFRM without the mark that all states to receive with demand. */
function unmarked(found: Found): Explanation {
  const { history, name } = receiverOf(found);
  const what =
    'has its program at another device: no program of Cilium sees what arrives, and marks it';
  return {
    causes: [{ at: history.blindSince ?? found.lost.at, node: name, what }],
    missedBy: undefined,
    remedy: `name the device at which packets arrive on ${name} (encrypt-interface), and restart its agent`,
  };
}

/** There is a state of this key, and something hinders the packet from getting to it. */
function stateDoesNotFit(found: Found, end: End): Explanation {
  const { name, state } = end;
  const isByHand = befell(found.faults, 'deleteXfrmPolicies', name);
  const what = `has a ${stateOf(end, state.keyId)}, but ${missing(end, isByHand)}`;
  return {
    causes: [
      ...loadCause(name, end.key),
      ...startCauses(found),
      believedCause(found),
      { at: state.at, node: name, what },
    ],
    missedBy: undefined,
    remedy: isByHand ? putBack(end) : remedyOfMisfit(found, end),
  };
}

function remedyOfMisfit(found: Found, { name, peer }: End): string {
  if (isReleaseChanged(found)) {
    return `have ${name} and ${peer} run the same release: another one may encrypt other packets, between other addresses (v1.18 the VXLAN packets, in tunnel mode)`;
  }
  const objects = `${name}'s states and policies for ${peer}`;
  const look = `look at addresses, marks and node IDs of ${objects}: they are not those of the packet`;
  const { sender, receiver } = found.lost;
  return found.clusterOf(sender) === found.clusterOf(receiver)
    ? look
    : `${look}; all clusters of a mesh must have one routing mode, and releases that encrypt alike`;
}

function missing({ role }: End, isByHand: boolean): string {
  if (role === 'receiver') return 'none with the addresses and the mark of the packet';
  return isByHand
    ? 'no policy that leads there any more'
    : 'no policy that leads packets with this mark there';
}

/** The agent has the key, and had not come to this state when the packet needed it. */
function notYetInstalled(found: Found, end: End): Explanation {
  const { lost } = found;
  const readyAt = end.installedAt ?? end.validatedAt;
  const failures = failureCauses(end, lost.at);
  return {
    causes: [
      ...secretCauses(found, end.node),
      ...loadCause(end.name, end.key),
      ...startCauses(found),
      believedCause(found),
      ...failures,
      ...installCause(end, lost.keyId),
    ],
    missedBy: readyAt === undefined ? undefined : readyAt - lost.at,
    remedy: failures.length > 0 ? remedyOfFailure(found, end) : remedyOfOrder(found, end),
  };
}

function installCause(end: End, keyId: number): Cause[] {
  const { name, role, installedAt, validatedAt } = end;
  const late = role === 'receiver' ? 'had announced the key' : 'had begun to send with it';
  const what = `installs the ${stateOf(end, keyId)}, after it ${late}`;
  if (installedAt !== undefined) return [{ at: installedAt, node: name, what }];
  if (validatedAt === undefined) return [];
  return [
    { at: validatedAt, node: name, what: `has installed all that it needs for key ${keyId}` },
  ];
}

function remedyOfFailure({ faults }: Found, { name }: End): string {
  if (!befell(faults, 'failOperation', name)) {
    return `write another key under the next key ID: the kernel of ${name} takes no state with this algorithm, or with a key of this length (rfc4106(gcm(aes)): 20, 28 or 36 octets, the last 4 a salt)`;
  }
  return `restart the agent of ${name}, which then installs what has failed, or wait for its background sync: the agent goes on as if nothing had failed`;
}

function remedyOfOrder({ lost }: Found, { name, role, history }: End): string {
  if (role === 'receiver') {
    return 'announce a key only when its states are installed (cilium/cilium#44335), or install faster';
  }
  const loadedAt = history.loads.findLast(({ at }) => at <= lost.at)?.at;
  const isStarting = [...history.boots, ...history.agentStarts].some((at) => at === loadedAt);
  return isStarting
    ? `keep pods off ${name} until its agent has installed its states`
    : `${name} must not send with a key before it has installed its states`;
}
