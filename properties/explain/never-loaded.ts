import type { Cause } from '../verdict.ts';
import type { End, Found } from './found.ts';

/** Why a node has the lost packet's key to the end of the run; undefined where it moves on, or it is not that key. */
export function neverLoaded(
  found: Found,
  { name, node, key, history }: End,
): { readonly causes: readonly Cause[]; readonly remedy: string } | undefined {
  const { lost } = found;
  if (key?.keyId !== lost.keyId || history.loads.some(({ at }) => at > lost.at)) return undefined;
  const { refusedKeyFile: refused } = history;
  if (refused !== undefined && refused.at > key.at) {
    return {
      causes: [{ at: refused.at, node: name, what: `refuses the key file: ${refused.message}` }],
      remedy: `no ipsec-key-rotation-duration is long enough: ${name} refuses the new key while it runs, so write one that it takes, or restart all agents within the duration`,
    };
  }
  const writes = found.history.secretWrites[found.clusterOf(node)] ?? [];
  const cluster = name.slice(0, name.indexOf('/'));
  const isWritten = writes.some((at) => at > key.at);
  return {
    causes: [],
    remedy: isWritten
      ? `no ipsec-key-rotation-duration is long enough in this run: ${name} never loads the new key; find out why (its kubelet, its agent, its key watcher)`
      : `give ${cluster} the same secret within the ipsec-key-rotation-duration: it is never written there`,
  };
}
