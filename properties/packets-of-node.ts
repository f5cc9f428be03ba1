import { dropReasons } from '../model/datapath/index.ts';
import { isBlameless, type Loss, type NodeOutcome, type Run } from '../sim/index.ts';

/** What an operator can read off a node: its XFRM counters, and Cilium's drops by their reason. */
export function countersOf(run: Run, { name, counters }: NodeOutcome): ReadonlyMap<string, number> {
  const drops = run.losses.filter((loss) => droppedAt(loss) === name);
  const dropped = drops.reduce((sum, { count }) => sum + count, 0);
  if (dropped === 0) return counters;
  return new Map<string, number>([...counters, [dropReasons.noNodeId.text, dropped]]);
}

/** Where Cilium's eBPF program dropped the packets; undefined where something else befell them. */
function droppedAt({ fate, sender, receiver }: Loss): string | undefined {
  if (fate === 'noNodeIdAtEgress') return sender;
  return fate === 'noNodeIdAtIngress' ? receiver : undefined;
}

/** Packets that no counter of any node tells of, by their fate. */
export function uncountedOf(run: Run, { name }: NodeOutcome): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { fate, sender, receiver, count } of run.losses) {
    const isUncounted = isBlameless(fate) || fate === 'plaintext' || fate === 'uncounted';
    if (!isUncounted || name !== (fate === 'plaintext' ? sender : receiver)) continue;
    found.set(fate, (found.get(fate) ?? 0) + count);
  }
  return found;
}
