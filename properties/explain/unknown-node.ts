import type { Since } from '../history.ts';
import type { Cause } from '../verdict.ts';
import { failureCauses, startCauses } from './causes.ts';
import type { End, Explanation, Found } from './found.ts';

/** An end has no node ID for the address that it looks up: drop reason 197. */
export function unknownNode(found: Found, blind: End, learnt: Since | undefined): Explanation {
  const { lost } = found;
  const { name, peer, forgottenAt } = blind;
  const causes: Cause[] = [...startCauses(found), ...failureCauses(blind, lost.at)];
  if (learnt !== undefined) {
    causes.push({ at: learnt.at, node: name, what: `learns of ${peer}` });
  }
  if (forgottenAt !== undefined) {
    causes.push({ at: forgottenAt, node: name, what: `deletes ${peer} as a node that has left` });
  }
  return {
    causes,
    missedBy: learnt === undefined ? undefined : learnt.at - lost.at,
    remedy: remedyOf(blind, learnt),
  };
}

function remedyOf({ name, peer, forgottenAt }: End, learnt: Since | undefined): string {
  if (learnt !== undefined) {
    return `${name} does not know ${peer} yet: the drops end when its record has spread`;
  }
  return forgottenAt === undefined
    ? `${name} never learns of the address that ${peer} has: see whether its record has come, and what the agent of ${name} made of it`
    : `${name} knows ${peer} no more: the drops end when no one sends to the pods of a node that has left`;
}
