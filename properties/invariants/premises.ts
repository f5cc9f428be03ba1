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
  /** By node: nothing restarts it, adds it, removes it or makes its operations fail. */
  readonly undisturbed: readonly boolean[];
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
  const nodes = scenario.clusters.reduce((sum, cluster) => sum + cluster.nodes.length, 0);
  const lastChange = Math.max(0, ...rotations, ...scenario.faults.map(endOf));
  return {
    bound,
    isLawful:
      Math.min(...kept) >= bound &&
      gaps.every((gap) => gap > settles) &&
      scenario.procedure.every(({ kind }) => lawfulSteps.includes(kind)),
    undisturbed: undisturbedNodes(scenario),
    restsFrom: lastChange + settles + 3 * backgroundSyncInterval(nodes) + restart,
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

function undisturbedNodes(scenario: Scenario): readonly boolean[] {
  const nodes = scenario.clusters.flatMap((cluster) =>
    cluster.nodes.map((plan) => ({
      clusterName: cluster.name,
      shortName: plan.name,
      present: plan.present,
    })),
  );
  const faults = [
    ...scenario.faults.map(({ fault }) => fault),
    ...scenario.procedure.flatMap((step) => (step.kind === 'act' ? [step.fault] : [])),
  ];
  const upgrades = scenario.procedure.flatMap((step) =>
    step.kind === 'upgrade' ? [step.nodes] : [],
  );
  const disturbing = [...faults.flatMap(disturbs), ...upgrades];
  return nodes.map(
    (node: Selectable & { readonly present: boolean }) =>
      node.present && !disturbing.some((selector) => selects(selector, node)),
  );
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
