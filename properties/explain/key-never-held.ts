import { isKeyId, successor } from '../../model/secret/index.ts';
import type { Microseconds } from '../../model/time.ts';
import { believedCause, loadCause, startCauses, writeCause, writesSince } from './causes.ts';
import { bothEnds, type End, type Explanation, type Found, receiverOf, senderOf } from './found.ts';
import { isSameIdTwice, remedyOfSameId } from './same-id.ts';

/** An end has not got the packet's key at all: not yet, not any more, or it was passed over. */
export function keyNeverHeld(found: Found, end: End): Explanation {
  const { lost } = found;
  const since = oldestKeyAt(found);
  const causes = [
    ...writesSince(found, since).map(writeCause),
    ...startCauses(found),
    ...bothEnds(found).flatMap(({ name, key }) => loadCause(name, key)),
    believedCause(found),
  ];
  const next = end.history.loads.find(({ at }) => at > lost.at);
  if (next?.keyId === lost.keyId) causes.push(...loadCause(end.name, next));
  return { causes, missedBy: undefined, remedy: remedyOf(found, end) };
}

/** Since when the end that has had its key for longer has had it. */
function oldestKeyAt({ lost }: Found): Microseconds {
  return Math.min(lost.senderKey?.at ?? 0, lost.receiverKey?.at ?? 0);
}

function remedyOf(found: Found, end: End): string {
  const { lost } = found;
  const { name, key, history } = end;
  if (lost.keyId === 0 || key === undefined) {
    const first = `keep pods off ${name} until its agent has its key`;
    return isSameIdTwice(found) ? `${first}; and ${remedyOfSameId}` : first;
  }
  const isNew = history.boots.some((at) => at <= key.at && at > 0);
  if (isNew && writesSince(found, 0).some((at) => at <= key.at)) {
    return `${name} never held key ${lost.keyId}: let no node join or reboot between the secret's change and the end of the rotation`;
  }
  return remedyOfStep(found);
}

/** The sender takes the lower number for the older key, also where the two ends are more than one step apart. */
function remedyOfStep(found: Found): string {
  const [sender, receiver] = [senderOf(found), receiverOf(found)];
  const older = (sender.key?.at ?? 0) <= (receiver.key?.at ?? 0) ? sender : receiver;
  const newer = older === sender ? receiver : sender;
  const [from, to] = [older.key?.keyId ?? 0, newer.key?.keyId ?? 0];
  const apart = `${older.name} has key ${from} and ${newer.name} key ${to}`;
  if (writesSince(found, older.key?.at ?? 0).length > 1) {
    return `${apart}: write a new secret only when every node of every cluster has loaded the one before it`;
  }
  const next = isKeyId(from) ? successor(from) : undefined;
  if (next === to) return `${apart}: ${remedyOfLateness(older)}`;
  return `${apart}: a new key ID must be the one after the old${next === undefined ? '' : `, here ${next}`}`;
}

/** The old key is not held for an end that came, or was made anew, when the other had the next one. */
function remedyOfLateness({ name, key, history }: End): string {
  return history.loads.at(-1)?.at === key?.at
    ? `restart the agent of ${name}, which then loads the new one`
    : "let no node join or reboot between the secret's change and the end of the rotation";
}
