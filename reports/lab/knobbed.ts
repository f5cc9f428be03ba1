import type { DelayOverride, Fault, NodeSelector, ScenarioJson } from '../../sim/index.ts';
import type { AddedFault, Place } from './place.ts';

/** The lesson without a lesson: a cluster of its own to try things on. */
export const sandboxId = 'sandbox';
const sandboxNodes = { usual: 5, least: 2 };

/** The node with the latest constant secretSync of its own, else the last one: the knob turns it. */
export function slowestNode(scenario: ScenarioJson): {
  readonly cluster: string;
  readonly node: string;
  /** Where the scenario gives it a constant. */
  readonly delay: number | undefined;
} {
  const own = scenario.delayOverrides.find(
    ({ delay, at }) => delay === 'secretSync' && at.kind === 'node',
  );
  if (own?.at.kind === 'node') {
    const delay = own.value.kind === 'constant' ? own.value.value : undefined;
    return { cluster: own.at.cluster, node: own.at.node, delay };
  }
  const [cluster] = scenario.clusters;
  return {
    cluster: cluster?.name ?? '',
    node: cluster?.nodes.at(-1)?.name ?? '',
    delay: undefined,
  };
}

/** One more override: the secret takes so long to the slowest node. */
export function withSlowest(scenario: ScenarioJson, delay: number): ScenarioJson {
  const { cluster, node } = slowestNode(scenario);
  const override: DelayOverride = {
    delay: 'secretSync',
    value: { kind: 'constant', value: delay },
    at: { kind: 'node', cluster, node },
    from: { kind: 'all' },
  };
  return { ...scenario, delayOverrides: [...scenario.delayOverrides, override] };
}

/** The sandbox with as many nodes as wanted; any other scenario as it is. */
export function sized(scenario: ScenarioJson, { lesson, nodes }: Place): ScenarioJson {
  if (lesson !== sandboxId) return scenario;
  const count = Math.max(sandboxNodes.least, nodes ?? sandboxNodes.usual);
  const clusters = scenario.clusters.map((cluster) => ({
    ...cluster,
    nodes: cluster.nodes.slice(0, count),
  }));
  return { ...scenario, clusters };
}

/** The scenario as the knobs have it. */
export function knobbed(whole: ScenarioJson, place: Place): ScenarioJson {
  const { rotationDuration, slowest, release, seed, healed } = place;
  const scenario = sized(whole, place);
  const { remedy } = scenario;
  const turned = {
    ...scenario,
    seed: seed ?? scenario.seed,
    clusters: scenario.clusters.map((cluster) => ({
      ...cluster,
      release: (release as typeof cluster.release | undefined) ?? cluster.release,
      settings: {
        ...cluster.settings,
        rotationDuration: rotationDuration ?? cluster.settings.rotationDuration,
      },
    })),
    delays: delaysOf(scenario, place.delays),
    faults: [
      ...scenario.faults.filter((_, index) => !place.off.includes(index)),
      ...place.faults.flatMap((added) => faultOf(scenario, added)),
    ],
    procedure:
      healed && remedy !== undefined
        ? [...scenario.procedure, ...remedy.procedure]
        : scenario.procedure,
  };
  return slowest === undefined ? turned : withSlowest(turned, slowest);
}

/** What a scenario says of single nodes and links stays. */
function delaysOf({ delays }: ScenarioJson, constants: Place['delays']): ScenarioJson['delays'] {
  const { reclaimInterval = delays.reclaimInterval, ...others } = constants;
  const changed = Object.entries(others).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, { kind: 'constant', value }] as const],
  );
  // A reclaimer that never waits would tick without end.
  return {
    ...delays,
    ...Object.fromEntries(changed),
    reclaimInterval: Math.max(1_000_000, reclaimInterval),
  };
}

/** Nothing where the scenario has no such node: a link may have been made for another one. */
function faultOf(scenario: ScenarioJson, { kind, node, at, duration }: AddedFault) {
  const [clusterName = '', ...rest] = node.split('/');
  const name = rest.join('/');
  const cluster = scenario.clusters.find((one) => one.name === clusterName);
  if (cluster?.nodes.some((one) => one.name === name) !== true) return [];
  const nodes = { kind: 'node', cluster: clusterName, node: name } as const;
  return addedFaults(kind, nodes, duration).map((fault) => ({ at, fault }));
}

function addedFaults(
  kind: AddedFault['kind'],
  nodes: NodeSelector,
  duration: number,
): readonly Fault[] {
  const all = { kind: 'all' } as const;
  const cut = (link: Extract<Fault, { kind: 'partition' }>['link']): Fault => ({
    kind: 'partition',
    link,
    duration,
  });
  switch (kind) {
    case 'reboot':
    case 'restartAgent':
    case 'crashAgent':
      return [{ kind, nodes, downtime: duration }];
    case 'pauseAgent':
      return [{ kind, nodes, duration }];
    case 'cutSecret':
      return [cut({ kind: 'secret', nodes })];
    case 'cutPublish':
      return [cut({ kind: 'publish', nodes })];
    case 'cutWatch':
      return [cut({ kind: 'watch', nodes })];
    case 'cutNetwork':
      return [
        cut({ kind: 'network', from: nodes, to: all }),
        cut({ kind: 'network', from: all, to: nodes }),
      ];
  }
}
