import type { ScenarioJson } from '../../sim/index.ts';
import type { Place } from './place.ts';

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

/** The scenario as the knobs have it. */
export function knobbed(scenario: ScenarioJson, place: Place): ScenarioJson {
  const { rotationDuration, slowest, release, seed, healed } = place;
  const { remedy } = scenario;
  const slow = slowestNode(scenario);
  return {
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
    delayOverrides:
      slowest === undefined
        ? scenario.delayOverrides
        : [
            ...scenario.delayOverrides,
            {
              delay: 'secretSync',
              value: { kind: 'constant', value: slowest },
              at: { kind: 'node', cluster: slow.cluster, node: slow.node },
              from: { kind: 'all' },
            },
          ],
    procedure:
      healed && remedy !== undefined
        ? [...scenario.procedure, ...remedy.procedure]
        : scenario.procedure,
  };
}
