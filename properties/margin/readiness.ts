import { agentProfiles } from '../../model/agent/index.ts';
import type { Microseconds } from '../../model/time.ts';
import { BestTwo } from './best-two.ts';
import { LinkDelays, receiverClasses, senderClasses } from './link-classes.ts';
import { statesPerPeer } from './mesh-nodes.ts';
import { nodeTerms } from './node-terms.ts';
import type { SafeDurationQuestion } from './safe-duration.ts';

/**
 * The pair whose receiver is ready the least long before a packet with its new key may arrive. Its
 * slack is negative where no rotation duration is safe: docs/margin.md, "The announce-before-install
 * race".
 */
export interface Readiness {
  readonly slack: Microseconds;
  readonly sender: number;
  readonly receiver: number;
  /** The time in which the receiver must have installed the states of all its peers. */
  readonly allowed: Microseconds;
  /** What it takes at most. */
  readonly install: Microseconds;
  /** With more nodes than that, all else being equal, the pair would not be ready; undefined: never. */
  readonly mostNodes: number | undefined;
}

/** A receiver of a class, and nodes that are just like it. */
interface Receiver {
  readonly index: number;
  readonly loadLatest: Microseconds;
  readonly announce: Microseconds;
  readonly mesh: Microseconds;
  readonly install: Microseconds;
}

/** Undefined where every receiver announces its key only when its states are installed. */
export function readiness(question: SafeDurationQuestion): Readiness | undefined {
  const { scenario, nodes, rotation, level, procedure } = question;
  const senders = senderClasses(scenario, nodes);
  const receivers = receiverClasses(scenario, nodes);
  const links = new LinkDelays(scenario);
  const terms = nodeTerms(scenario, nodes, rotation, level);
  const announcesFirst = scenario.clusters.map(
    ({ release }) => agentProfiles[release].publishes === 'beforeInstall',
  );
  const written = scenario.clusters.map(
    (_, cluster) => rotation.writes.find((write) => write.cluster === cluster)?.at,
  );
  const isWatched = (cluster: number): boolean => procedure.keyWatchers[cluster] === true;
  const soonest = new BestTwo(senders.classes.length);
  const different = receivers.classes.map(() => new Map<string, Receiver[]>());
  for (const [index, node] of nodes.entries()) {
    const switched = (terms.loadEarliest[index] ?? 0) + (terms.installEarliest[index] ?? 0);
    soonest.offer(senders.classOf[index] as number, index, -switched);
    if (announcesFirst[node.cluster] !== true || node.states === 0) continue;
    const receiver: Receiver = {
      index,
      loadLatest: terms.loadLatest[index] ?? 0,
      announce: terms.announceEarliest[index] ?? 0,
      mesh: terms.meshEarliest[index] ?? 0,
      install: ((terms.installLatest[index] ?? 0) / node.states) * (node.states - 1),
    };
    const { loadLatest, announce, mesh, install } = receiver;
    const key = `${loadLatest} ${announce} ${mesh} ${install}`;
    const alike = different[receivers.classOf[index] as number];
    const known = alike?.get(key);
    if (known === undefined) alike?.set(key, [receiver]);
    else if (known.length < 2) known.push(receiver);
  }
  let worst: Omit<Readiness, 'mostNodes'> | undefined = undefined;
  for (const [s, from] of senders.classes.entries()) {
    for (const [r, to] of receivers.classes.entries()) {
      const isFar = from.cluster !== to.cluster;
      const latency = level.early(links.of('latency', from, to));
      const watch = level.early(links.of('watch', from, to));
      const sent = isFar && isWatched(from.cluster) ? (written[from.cluster]?.earliest ?? 0) : 0;
      const got = isFar && isWatched(to.cluster) ? (written[to.cluster]?.latest ?? 0) : 0;
      for (const one of [...(different[r]?.values() ?? [])].flat()) {
        const place = soonest.node(2 * s) === one.index ? 2 * s + 1 : 2 * s;
        const sender = soonest.node(place);
        if (sender < 0) continue;
        const heard = one.announce + (isFar ? one.mesh : 0) + watch;
        const switched = sent - soonest.value(place) - got - one.loadLatest;
        const allowed = Math.max(heard, switched) + latency;
        const slack = allowed - one.install;
        if (worst !== undefined && slack >= worst.slack) continue;
        worst = { slack, sender, receiver: one.index, allowed, install: one.install };
      }
    }
  }
  return worst === undefined ? undefined : { ...worst, mostNodes: mostNodesFor(question, worst) };
}

function mostNodesFor(
  { scenario, nodes }: SafeDurationQuestion,
  { receiver, allowed, install }: Omit<Readiness, 'mostNodes'>,
): number | undefined {
  const node = nodes[receiver];
  const plan = scenario.clusters[node?.cluster ?? 0];
  if (node === undefined || plan === undefined || install === 0) return undefined;
  const perPeer = statesPerPeer(plan, 4) + statesPerPeer(plan, 6);
  const each = install / (node.states - 1);
  // (perPeer × peers - 1) × each <= allowed
  return Math.floor((allowed / each + 1) / perPeer) + 1;
}
