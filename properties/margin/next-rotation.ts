import { olderKeyId } from '../../model/datapath/index.ts';
import { successor, keyId } from '../../model/secret/index.ts';
import type { Microseconds } from '../../model/time.ts';
import { bestSum, BestTwo } from './best-two.ts';
import { LinkDelays, receiverClasses, senderClasses } from './link-classes.ts';
import { loadDelays } from './load-delays.ts';
import { endpointWaits, nodeTerms } from './node-terms.ts';
import type { SafeDurationQuestion } from './safe-duration.ts';

/** When the key after this one may be written, all since the first write of this one. */
export interface NextRotation {
  /** By cluster: the earliest write with which no packet meets a key that its receiver lacks. */
  readonly earliest: readonly Microseconds[];
  /** When every node has loaded this key. */
  readonly loaded: Microseconds;
  /** When every pair uses this key. */
  readonly moved: Microseconds;
  /** When the last old key is gone: the reclaimer's tick and its work included. */
  readonly clean: Microseconds;
  /**
   * Whether the key IDs are such that a node cannot tell which of two is older once it is two
   * rotations ahead: across the wrap from 15 to 1 (cilium: bpf/lib/encrypt.h, `get_min_encrypt_key`).
   */
  readonly wraps: boolean;
}

/** `firstKeyId` is the key ID before the rotation. */
export function nextRotation(question: SafeDurationQuestion, firstKeyId: number): NextRotation {
  const { scenario, nodes, rotation, level, procedure } = question;
  const terms = nodeTerms(scenario, nodes, rotation, level);
  const delays = loadDelays(scenario);
  const written = scenario.clusters.map((_, cluster) =>
    procedure.keyWatchers[cluster] === true
      ? (rotation.writes.find((write) => write.cluster === cluster)?.at.latest ?? 0)
      : 0,
  );
  const earliest = scenario.clusters.map(() => 0);
  let loaded = 0;
  let clean = 0;
  for (const [index, node] of nodes.entries()) {
    const at = written[node.cluster] ?? 0;
    const { secretSync, load } = delays(node);
    const restart = rotation.restarts.get(index)?.latest;
    // The next file must not replace this key's before the agent has read it.
    const sync = level.late(secretSync);
    const read = sync + Math.max(0, level.late(load) - level.early(secretSync));
    const safe = restart ?? at + read;
    earliest[node.cluster] = Math.max(earliest[node.cluster] ?? 0, safe + 1);
    const loadedAt = at + (terms.loadLatest[index] ?? 0);
    loaded = Math.max(loaded, loadedAt);
    const kept = procedure.rotationDurations[node.cluster] ?? 0;
    const working = 2 * (terms.installLatest[index] ?? 0);
    clean = Math.max(clean, loadedAt + kept + scenario.delays.reclaimInterval + working);
  }
  const wraps = isMistaken(firstKeyId);
  const pairs = pairBounds(question, written);
  if (wraps) {
    for (const [cluster, bound] of pairs.earliest.entries()) {
      earliest[cluster] = Math.max(earliest[cluster] ?? 0, bound);
    }
  }
  return { earliest, loaded, moved: pairs.moved, clean, wraps };
}

/** Whether a node with the key after next, or the one with this key, takes the wrong one for older. */
function isMistaken(first: number): boolean {
  const afterNext = successor(successor(keyId(first)));
  return olderKeyId(afterNext, first) !== first || olderKeyId(first, afterNext) !== first;
}

function pairBounds(
  { scenario, nodes, rotation, level }: SafeDurationQuestion,
  written: readonly Microseconds[],
): { readonly earliest: readonly Microseconds[]; readonly moved: Microseconds } {
  const terms = nodeTerms(scenario, nodes, rotation, level);
  const senders = senderClasses(scenario, nodes);
  const receivers = receiverClasses(scenario, nodes);
  const links = new LinkDelays(scenario);
  const waits = endpointWaits(scenario, level);
  const best = () => ({
    sender: new BestTwo(senders.classes.length),
    receiver: new BestTwo(receivers.classes.length),
  });
  const [anyone, known, farKnown, ready, news, farNews] = [
    best(),
    best(),
    best(),
    best(),
    best(),
    best(),
  ];
  for (const index of nodes.keys()) {
    const s = senders.classOf[index] as number;
    const r = receivers.classOf[index] as number;
    const at = (column: Float64Array): number => column[index] as number;
    const announced = at(terms.loadLatest) + at(terms.announceLatest);
    const nextLoad = at(terms.loadEarliest);
    anyone.sender.offer(s, index, 0);
    anyone.receiver.offer(r, index, 0);
    known.receiver.offer(r, index, announced);
    farKnown.receiver.offer(r, index, announced + at(terms.meshLatest));
    // The next rotation's own switch and news, at their earliest.
    known.sender.offer(s, index, -nextLoad - at(terms.installEarliest));
    ready.sender.offer(s, index, at(terms.loadLatest) + at(terms.installLatest));
    news.receiver.offer(r, index, -nextLoad - at(terms.announceEarliest));
    farNews.receiver.offer(
      r,
      index,
      -nextLoad - at(terms.announceEarliest) - at(terms.meshEarliest),
    );
  }
  const earliest = scenario.clusters.map(() => 0);
  let moved = 0;
  for (const [s, from] of senders.classes.entries()) {
    for (const [r, to] of receivers.classes.entries()) {
      const isFar = from.cluster !== to.cluster;
      const watch = links.of('watch', from, to);
      const heard = level.late(watch) + (waits[from.cluster]?.[to.cluster] ?? 0);
      const knownAt = (isFar ? farKnown : known).receiver;
      const [sent, got] = [written[from.cluster] ?? 0, written[to.cluster] ?? 0];
      const switched = Math.max(
        bestSum(anyone.sender, s, knownAt, r) + got + heard,
        bestSum(ready.sender, s, anyone.receiver, r) + sent,
      );
      moved = Math.max(moved, switched);
      // A sender with the key after next must have heard of this one; a peer's news of the key after
      // next must find this one in use.
      const two = bestSum(known.sender, s, knownAt, r) + got + heard;
      const other =
        bestSum(ready.sender, s, (isFar ? farNews : news).receiver, r) + sent - level.early(watch);
      earliest[from.cluster] = Math.max(earliest[from.cluster] ?? 0, two);
      earliest[to.cluster] = Math.max(earliest[to.cluster] ?? 0, other);
    }
  }
  return { earliest, moved };
}
