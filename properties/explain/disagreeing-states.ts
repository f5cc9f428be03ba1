import type { Cause } from '../verdict.ts';
import { loadCause, secretCauses, startCauses } from './causes.ts';
import { befell } from './faults.ts';
import {
  bothEnds,
  type End,
  type Explanation,
  type Found,
  receiverOf,
  senderOf,
  stateOf,
} from './found.ts';
import { isSameIdTwice, remedyOfSameId } from './same-id.ts';

/** Both ends have a state, and they do not fit: key bytes or sequence numbers. */
export function statesDisagree(found: Found): Explanation {
  const { lost } = found;
  const causes = [...secretCauses(found, lost.receiver), ...startCauses(found)];
  for (const { name, history } of bothEnds(found)) {
    const loads = history.loads.filter(({ at }) => at > 0);
    causes.push(
      ...loadCause(
        name,
        loads.findLast(({ at }) => at <= lost.at),
      ),
      ...loadCause(
        name,
        loads.find(({ at }) => at > lost.at),
      ),
    );
  }
  const { causes: more, remedy } = whyTheyDisagree(found);
  return { causes: [...causes, ...more], missedBy: undefined, remedy };
}

interface Reason {
  readonly causes: readonly Cause[];
  readonly remedy: string;
}

/** The first reason of which there is evidence. */
function whyTheyDisagree(found: Found): Reason {
  if (isSameIdTwice(found)) return { causes: [], remedy: remedyOfSameId };
  return (
    releaseReason(found) ??
    bootReason(found) ??
    countsAgainReason(found) ??
    secretsReason(found) ?? {
      causes: [],
      remedy:
        'the ends hold different keys or sequence numbers: a proper rotation gives both new states',
    }
  );
}

/** One of the ends was changed to another release on the way. */
function releaseReason(found: Found): Reason | undefined {
  const changed = bothEnds(found).flatMap(({ name, history }) =>
    history.releases
      .filter(({ at }) => at <= found.lost.at)
      .map(({ release }) => ({ name, release })),
  );
  const [one, ...others] = changed;
  if (one === undefined || others.some(({ release }) => release === one.release)) return undefined;
  return {
    causes: [],
    remedy: `${one.name} runs ${one.release} and its peer does not, which makes another key of the same secret: finish the upgrade, and rotate after it`,
  };
}

/** An end has booted, and the other one has not made its states anew since. */
function bootReason(found: Found): Reason | undefined {
  const { lost } = found;
  const [sender, receiver] = bothEnds(found);
  for (const [end, other] of [
    [sender, receiver],
    [receiver, sender],
  ] as const) {
    const boot = end.history.boots.findLast((at) => at <= lost.at);
    if (boot === undefined || other.state.at > boot) continue;
    return {
      causes: anewCauses(other, lost.keyId),
      remedy: `drain ${end.name} before it reboots, and let pods back when ${other.name} has its new boot ID: until then it derives keys from the one before`,
    };
  }
  return undefined;
}

function anewCauses(end: End, keyId: number): readonly Cause[] {
  const { name, installedAt: at } = end;
  return at === undefined
    ? []
    : [{ at, node: name, what: `makes its ${stateOf(end, keyId)} anew, with the new boot ID` }];
}

/** The sender's state is younger than the receiver's: it counts from 1 where the receiver has seen more. */
function countsAgainReason(found: Found): Reason | undefined {
  const { lost } = found;
  const [sender, receiver] = [senderOf(found), receiverOf(found)];
  if (sender.state.at <= receiver.state.at || sender.state.keyId !== lost.keyId) return undefined;
  const cause = (what: string, at = sender.state.at): Cause => ({ at, node: sender.name, what });
  const forgotten =
    sender.forgottenAt === undefined
      ? []
      : [cause(`deletes ${receiver.name} as a node that has left`, sender.forgottenAt)];
  const isByHand = befell(found.faults, 'deleteXfrmStates', sender.name);
  const why = isByHand ? ', as they were deleted by hand' : '';
  return {
    causes: [
      ...forgotten,
      cause(
        `makes its ${stateOf(sender, lost.keyId)} anew, counting from 1${why}: ${receiver.name} keeps its own, and takes low numbers for replays`,
      ),
    ],
    remedy: 'rotate the key: both ends get new states, which count from 1',
  };
}

/** Each end loaded this key from the secret of its own cluster, and nothing else is unlike. */
function secretsReason(found: Found): Reason | undefined {
  const { lost, history, clusterOf } = found;
  const [sender, receiver] = bothEnds(found);
  if (clusterOf(lost.sender) === clusterOf(lost.receiver)) return undefined;
  const loadedOwn = [sender, receiver].every(({ node, key }) => {
    const writes = history.secretWrites[clusterOf(node)] ?? [];
    return key !== undefined && key.keyId === lost.keyId && writes.some((at) => at <= key.at);
  });
  const started = [sender, receiver].some(
    ({ history: { boots, agentStarts } }) => boots.length + agentStarts.length > 0,
  );
  if (!loadedOwn || started) return undefined;
  return {
    causes: [],
    remedy: `the secrets of the two clusters have one key ID and not one key: write one secret, under a new key ID, to both`,
  };
}
