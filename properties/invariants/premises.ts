import { minute, type Microseconds } from '../../model/time.ts';
import { backgroundSyncInterval } from '../../model/agent/index.ts';
import {
  type Fault,
  type NodeSelector,
  type Scenario,
  type Selectable,
  selects,
} from '../../sim/index.ts';
import { propagationBound } from './propagation-bound.ts';

/** What a scenario grants, so that it is known what may be demanded of its run. */
export interface Premises {
  /** How long after the write of a key the last packet with the old one may arrive, after the first load. */
  readonly bound: Microseconds;
  /** The rotation duration is at least the bound, and no rotation begins before the one before is over. */
  readonly isLawful: boolean;
  /**
   * By node: its agent is the first cluster's, and nothing restarts it, adds it, removes it or makes its
   * operations fail. Another agent keeps its own rules: one that waits for all nodes and one that goes by the
   * clock may take a key from each other, and neither is wrong.
   */
  readonly undisturbed: readonly boolean[];
  /** By node: it publishes a boot ID that is too short for its peers to make keys of. */
  readonly mute: readonly boolean[];
  /** By node: operations of its agent fail. */
  readonly failing: readonly boolean[];
  /** By node: it has the addresses of one before it, whose deletion, if it comes late, takes what is its own. */
  readonly replacing: readonly boolean[];
  /** The agents of the clusters are not the same: those of one may tell the others something odd. */
  readonly hasMixedAgents: boolean;
  /** Whether the agent of a node was down when it had to learn something of another that its start does not make up for. */
  readonly mayMiss: (node: number, of: number) => boolean;
  /** From this instant on, all that was disturbed has had the time to come right again. */
  readonly restsFrom: Microseconds;
  /** An operator writes something else than the documented procedure does. */
  readonly hasOddSecret: boolean;
}

export function premisesOf(scenario: Scenario): Premises {
  const bound = propagationBound(scenario);
  const rotations = writes(scenario);
  const kept = scenario.clusters.map(({ settings }) => settings.rotationDuration);
  const longestKept = Math.max(...kept);
  const { reclaimInterval } = scenario.delays;
  const settles = bound + longestKept + 2 * reclaimInterval;
  const gaps = rotations.slice(1).map((at, index) => at - (rotations[index] as number));
  const hasOddSecret = scenario.procedure.some(
    ({ kind }) => kind === 'writeSecret' || kind === 'deleteSecret' || kind === 'copySecret',
  );
  const nodes = selectableNodes(scenario);
  const hasMixedAgents = new Set(scenario.clusters.map(({ agent }) => agent)).size > 1;
  const lastChange = Math.max(0, ...rotations, ...scenario.faults.map(endOf));
  return {
    bound,
    isLawful:
      Math.min(...kept) >= bound &&
      gaps.every((gap) => gap > settles) &&
      scenario.procedure.every(({ kind }) => lawfulSteps.includes(kind)),
    undisturbed: undisturbedNodes(scenario, nodes),
    mute: nodes.map((node) => hasMixedAgents && isMute(scenario, node)),
    failing: nodes.map((node) => faultsAt(scenario.faults, ['failOperation'], node).length > 0),
    replacing: nodes.map((node) =>
      scenario.faults.some(({ fault }) => isReplacementBy(fault, node)),
    ),
    hasMixedAgents,
    mayMiss: missedNews(scenario, nodes, bound),
    restsFrom: lastChange + settles + 3 * backgroundSyncInterval(nodes.length) + restart,
    hasOddSecret,
  };
}

const lawfulSteps: readonly string[] = ['wait', 'rotate', 'writeSecret'];
/** An agent that exits is restarted after 10 s, and again after 20 s. */
const restart: Microseconds = minute / 2;

/** When secrets are written, as far as the waits tell. */
function writes({ procedure }: Scenario): readonly Microseconds[] {
  const found: Microseconds[] = [];
  let now = 0;
  for (const step of procedure) {
    if (step.kind === 'wait') now += step.duration;
    else found.push(now);
  }
  return found;
}

function endOf({ at, fault }: Scenario['faults'][0]): Microseconds {
  if ('duration' in fault) return at + fault.duration;
  return 'downtime' in fault ? at + fault.downtime : at;
}

/** kvstore records of a node that cannot renew its lease for so long are deleted (cilium: pkg/kvstore, 15 min). */
const lease: Microseconds = 15 * minute;

interface PlannedNode extends Selectable {
  readonly present: boolean;
}

/** Another agent than the rest have, which publishes what no key can be made of when it restarts. */
const mutingAgent = 'publishes-short-boot-id-at-restart';

function isMute({ clusters, faults }: Scenario, node: PlannedNode): boolean {
  const isOdd = clusters.some(
    ({ name, agent }) => name === node.clusterName && agent === mutingAgent,
  );
  return isOdd && faultsAt(faults, ['restartAgent'], node).length > 0;
}

function selectableNodes({ clusters }: Scenario): readonly PlannedNode[] {
  return clusters.flatMap(({ name: clusterName, nodes }) =>
    nodes.map(({ name: shortName, present }) => ({ clusterName, shortName, present })),
  );
}

/**
 * An agent that starts compares no keys since v1.18, so that it leaves states of a boot before
 * (`xfrmStateReplace`); and a crash loses the nodes that it learnt of in the last minute, which its
 * start then does not delete (pkg/node/manager/manager.go, the checkpoint).
 */
function missedNews(
  { faults }: Scenario,
  nodes: readonly PlannedNode[],
  bound: Microseconds,
): Premises['mayMiss'] {
  const downtimes = nodes.map((node) => faultsAt(faults, ['restartAgent', 'crashAgent'], node));
  const news = nodes.map((node) => [
    ...faultsAt(faults, ['reboot'], node),
    ...faults.filter(({ fault }) => isReplacementBy(fault, node)),
    ...(node.present ? [] : faultsAt(faults, ['leave'], node)),
  ]);
  return (node, of) =>
    (news[of] ?? []).some((one) =>
      (downtimes[node] ?? []).some(
        (down) => down.at <= endOf(one) + bound && endOf(down) >= one.at - minute,
      ),
    );
}

function isReplacementBy(fault: Fault, { clusterName, shortName }: PlannedNode): boolean {
  if (fault.kind !== 'replace' || !('cluster' in fault.nodes)) return false;
  return fault.nodes.cluster === clusterName && fault.by === shortName;
}

function faultsAt(
  faults: Scenario['faults'],
  kinds: readonly Fault['kind'][],
  node: PlannedNode,
): Scenario['faults'] {
  return faults.filter(
    ({ fault }) => kinds.includes(fault.kind) && 'nodes' in fault && selects(fault.nodes, node),
  );
}

function undisturbedNodes(scenario: Scenario, nodes: readonly PlannedNode[]): readonly boolean[] {
  const faults = [
    ...scenario.faults.map(({ fault }) => fault),
    ...scenario.procedure.flatMap((step) => (step.kind === 'act' ? [step.fault] : [])),
  ];
  const upgrades = scenario.procedure.flatMap((step) =>
    step.kind === 'upgrade' ? [step.nodes] : [],
  );
  const disturbing = [...faults.flatMap(disturbs), ...upgrades];
  const own = new Set(ownClusters(scenario));
  return nodes.map(
    (node) =>
      node.present &&
      own.has(node.clusterName) &&
      !disturbing.some((selector) => selects(selector, node)),
  );
}

/** The clusters whose agents are under test: those that have the first one's. */
function ownClusters({ clusters }: Scenario): readonly string[] {
  return clusters.filter(({ agent }) => agent === clusters[0]?.agent).map(({ name }) => name);
}

function disturbs(fault: Fault): readonly NodeSelector[] {
  switch (fault.kind) {
    case 'reboot':
    case 'restartAgent':
    case 'crashAgent':
    case 'join':
    case 'leave':
    case 'replace':
    case 'failOperation':
      return [fault.nodes];
    case 'partition':
      return fault.link.kind === 'publish' && fault.duration >= lease ? [fault.link.nodes] : [];
    default:
      return [];
  }
}
