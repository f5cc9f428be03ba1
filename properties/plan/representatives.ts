import type { NodeSelector, Scenario } from '../../sim/index.ts';
import type { FollowedProcedure } from '../margin/key-writes.ts';
import { type MeshNode, nameOf } from '../margin/mesh-nodes.ts';

/**
 * Nodes that stand for all: two of each cluster of those that no exception names and that have as many
 * states, and three clusters of those that are alike. The closed form gives the same for them.
 * Where agents are restarted one after another no two are alike.
 */
export function representatives(
  scenario: Scenario,
  nodes: readonly MeshNode[],
  procedure: FollowedProcedure,
): readonly MeshNode[] {
  if (procedure.rotations.some(({ restarts }) => restarts.size > 0)) return nodes;
  const selectors = scenario.delayOverrides.flatMap(({ at, from }) => [at, from]);
  const named = new Set(selectors.flatMap(namesIn));
  const needed = neededClusters(scenario, procedure, named);
  const seen = new Map<string, number>();
  return nodes.filter((node) => {
    if (named.size > 0 && named.has(nameOf(node))) return true;
    if (needed[node.cluster] !== true) return false;
    const kind = `${node.cluster} ${node.states}`;
    const count = seen.get(kind) ?? 0;
    seen.set(kind, count + 1);
    return count < 2;
  });
}

const alikeClusters = 3;

function neededClusters(
  { clusters }: Scenario,
  { rotations, rotationDurations, keyWatchers }: FollowedProcedure,
  named: ReadonlySet<string>,
): readonly boolean[] {
  const seen = new Map<string, number>();
  const written = clusters.map((_, cluster) =>
    rotations.map(({ writes }) => {
      const write = writes.find((one) => one.cluster === cluster);
      return write && { at: write.at, sincePrevious: write.sincePrevious };
    }),
  );
  return clusters.map(({ name, release, registry, routing, settings, nodes }, cluster) => {
    if (named.has(name)) return true;
    const kind = JSON.stringify([
      [release, registry, routing, settings.families],
      [rotationDurations[cluster], keyWatchers[cluster], written[cluster]],
      // A cluster of one node has no pair of its own.
      nodes.length > 1,
    ]);
    const count = seen.get(kind) ?? 0;
    seen.set(kind, count + 1);
    return count < alikeClusters;
  });
}

/** A node by `cluster/node`, and any cluster that is singled out, by its name. */
function namesIn(selector: NodeSelector): readonly string[] {
  switch (selector.kind) {
    case 'all':
      return [];
    case 'cluster':
      return [selector.cluster];
    case 'node':
      return [`${selector.cluster}/${selector.node}`, selector.cluster];
  }
}
