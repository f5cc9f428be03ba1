import type { Microseconds } from '../model/time.ts';
import { DelayTable, maximumOf, minimumOf, type Scenario, type Selectable } from '../sim/index.ts';

/** How long a packet may be under way from one node to another. */
export interface LatencyBounds {
  readonly minimum: Microseconds;
  readonly maximum: Microseconds;
}

/** The bounds for each ordered pair, by the places of the nodes in the scenario. */
export function latencyBoundsOf(scenario: Scenario): (from: number, to: number) => LatencyBounds {
  const table = new DelayTable(scenario);
  const bounds = (delay: Scenario['delays']['latency']): LatencyBounds => ({
    minimum: minimumOf(delay),
    maximum: maximumOf(delay),
  });
  if (scenario.delayOverrides.every(({ delay }) => delay !== 'latency')) {
    const same = bounds(scenario.delays.latency);
    return () => same;
  }
  const nodes: Selectable[] = scenario.clusters.flatMap((cluster) =>
    cluster.nodes.map(({ name }) => ({ clusterName: cluster.name, shortName: name })),
  );
  return (from, to) =>
    bounds(table.of('latency', nodes[from] as Selectable, nodes[to] as Selectable));
}
