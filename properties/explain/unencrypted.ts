import type { Cause } from '../verdict.ts';
import { believedCause, failureCauses, loadCause, secretCauses, startCauses } from './causes.ts';
import { type Explanation, type Found, receiverOf, senderOf } from './found.ts';

/** A packet left as it was: XFRM had nothing for it, or the eBPF program never gave it to XFRM. */
export function unencrypted(found: Found): Explanation {
  return found.lost.keyId === 0 ? withoutKey(found) : passedByXfrm(found);
}

function passedByXfrm(found: Found): Explanation {
  const { lost } = found;
  const end = senderOf(found);
  const what = `has no policy for a packet that is marked for key ${lost.keyId}, not even one that drops it`;
  return {
    causes: [
      ...secretCauses(found, lost.sender),
      ...loadCause(end.name, end.key),
      believedCause(found),
      ...failureCauses(end, lost.at),
      { at: lost.at, node: end.name, what },
    ],
    missedBy: undefined,
    remedy: `see that ${end.name} has the OUT policy that drops what is marked for encryption and has no other (cilium/cilium#24010)`,
  };
}

/** Key ID 0 on either side: up to v1.17 that means "send as it is" (cilium: bpf/lib/encrypt.h). */
function withoutKey(found: Found): Explanation {
  const { lost, sender } = found;
  const { history, key } = senderOf(found);
  const set = history.encryptMap.findLast(({ at }) => at <= lost.at);
  const causes: Cause[] = [
    ...secretCauses(found, lost.sender),
    ...loadCause(sender, key),
    ...startCauses(found),
    believedCause(found),
  ];
  if (set?.keyId !== 0)
    return { causes, missedBy: missedBy(found), remedy: remedyOfUnknown(found) };
  const isWhileLoading = key?.keyId !== 0 && key?.at === set.at;
  const what = isWhileLoading
    ? `sets its encrypt map to key ID 0, although it has key ${key.keyId}`
    : 'reads a key file without a key, and goes on with key ID 0';
  causes.push({ at: set.at, node: sender, what });
  const remedy = isWhileLoading
    ? `no agent may write key ID 0 while it has a key: restart that of ${sender}`
    : `write a secret with a key, under a new key ID: without one, ${sender} sends plaintext`;
  return { causes, missedBy: undefined, remedy };
}

function missedBy({ lost, watch }: Found): number | undefined {
  return watch.learnt === undefined ? undefined : watch.learnt.at - lost.at;
}

function remedyOfUnknown(found: Found): string {
  const { sender, receiver, watch } = found;
  const takes = `${sender} knows no key of ${receiver}'s pods, and this release then sends plaintext`;
  return watch.learnt !== undefined || receiverOf(found).history.boots.length > 0
    ? `${takes}: send them nothing until it has their records`
    : `${takes}: see that ${receiver} publishes a key ID`;
}
