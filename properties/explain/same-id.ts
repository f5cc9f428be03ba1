import type { Found } from './found.ts';

export const remedyOfSameId = 'a new key needs a new key ID: rotate properly';

/** The secret was written between two loads of one key ID: an agent that starts loads it again, too. */
export function isSameIdTwice({ lost, history, clusterOf }: Found): boolean {
  return [lost.sender, lost.receiver].some((node) => {
    const { loads } = history.node(node);
    const writes = history.secretWrites[clusterOf(node)] ?? [];
    return loads.some(({ at, keyId }, index) => {
      const before = loads[index - 1];
      return before?.keyId === keyId && writes.some((write) => write > before.at && write <= at);
    });
  });
}
