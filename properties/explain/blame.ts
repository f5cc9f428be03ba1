import { type NamedAgent, namedAgentOf } from '../../agents/index.ts';
import { type CiliumRelease, ciliumReleases } from '../../model/release.ts';
import type { ClusterPlan, Scenario } from '../../sim/index.ts';
import type { FirstLoss, Verdict } from '../verdict.ts';

/** What comes of a scenario: a way to try a change of it. */
export type Try = (scenario: Scenario) => Verdict;

/** Another agent for one cluster, to see whether this one is to blame. */
interface Change {
  readonly scenario: Scenario;
  /** What is wrong with the agent that is there, and what to do about it. */
  readonly what: string;
  readonly remedy: string;
}

/**
 * Lays a loss at the door of an agent, where the same run with another one in its place shows it: then
 * no remedy of an operator's is the right one. Tried are the release's own agent in place of one that a
 * scenario names, and, among such, the newest release in place of an older one.
 */
export function withBlame(scenario: Scenario, firstLoss: FirstLoss, attempt: Try): FirstLoss {
  // However the numbers came to be used up, it is a rotation that helps.
  if (firstLoss.loss.fate === 'XfrmOutStateSeqError') return firstLoss;
  const helpful = changesOf(scenario).flatMap((change) => {
    const instead = insteadOf(firstLoss, attempt(change.scenario));
    return instead === undefined ? [] : [{ ...change, instead }];
  });
  if (helpful.length === 0) return firstLoss;
  const causes = helpful.map(({ what }) => ({ at: 0, node: undefined, what }));
  const remedies = helpful.map(({ remedy, instead }) => `${remedy} ${instead}`);
  return {
    ...firstLoss,
    causes: [...causes, ...firstLoss.causes],
    remedy: remedies.join('; or: '),
  };
}

function changesOf(scenario: Scenario): readonly Change[] {
  const { clusters } = scenario;
  if (clusters.every(({ agent }) => agent === undefined)) return [];
  const newest = ciliumReleases.at(-1);
  return clusters.flatMap((cluster) => {
    if (cluster.agent !== undefined)
      return [ownAgent(scenario, cluster, namedAgentOf(cluster.agent))];
    return newest === undefined || cluster.release === newest
      ? []
      : [otherRelease(scenario, cluster, newest)];
  });
}

function ownAgent(scenario: Scenario, cluster: ClusterPlan, agent: NamedAgent): Change {
  const issue = /([\w.-]+\/[\w.-]+)\/(?:issues|pull)\/(\d+)$/.exec(agent.source);
  const source = issue === null ? '' : ` (${issue[1]}#${issue[2]})`;
  const deed = deedOf(agent);
  return {
    scenario: withCluster(scenario, { ...cluster, agent: undefined }),
    what: `the agent of ${cluster.name} is ${agent.name}, not its release's own: it ${deed}`,
    remedy: `the agent of ${cluster.name} ${deed}: run one that does not${source}; tried: with its release's own`,
  };
}

function otherRelease(scenario: Scenario, cluster: ClusterPlan, release: CiliumRelease): Change {
  return {
    scenario: withCluster(scenario, { ...cluster, release }),
    what: `the agent of ${cluster.name} is that of ${cluster.release}`,
    remedy: `upgrade ${cluster.name}; tried: with ${release}`,
  };
}

function withCluster(scenario: Scenario, changed: ClusterPlan): Scenario {
  const clusters = scenario.clusters.map((cluster) =>
    cluster.name === changed.name ? changed : cluster,
  );
  return { ...scenario, clusters };
}

/** What comes instead of this loss; undefined where it comes all the same, or nothing is known. */
function insteadOf({ loss }: FirstLoss, verdict: Verdict): string | undefined {
  if (verdict.kind === 'safe') return 'nothing is lost';
  if (verdict.kind === 'inconclusive') return undefined;
  const { loss: other } = verdict.firstLoss;
  const isSame =
    other.fate === loss.fate &&
    other.sender === loss.sender &&
    other.receiver === loss.receiver &&
    other.firstAt === loss.firstAt;
  return isSame ? undefined : `it is another packet that is lost first (${other.fate})`;
}

/** The sentence in the midst of another. */
function deedOf({ sentence }: NamedAgent): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}
