import { agentProfiles } from '../../model/agent/index.ts';
import type { Microseconds } from '../../model/time.ts';
import { DelayTable, endpointSyncInterval, type Scenario } from '../../sim/index.ts';
import type { KeyRotation } from './key-writes.ts';
import type { Level } from './level.ts';
import type { MeshNode } from './mesh-nodes.ts';

/**
 * What one rotation takes at each node, in microseconds: columns by the node's place in the mesh. An
 * instant is one since the write of the key to the secret of the node's cluster, or, where the agents
 * of the cluster do not watch the file, since the first write to any.
 */
export interface NodeTerms {
  readonly loadEarliest: Float64Array;
  readonly loadLatest: Float64Array;
  /** All states of the new key, one after another. */
  readonly installEarliest: Float64Array;
  readonly installLatest: Float64Array;
  /** From the load to the record in the node's registry. */
  readonly announceEarliest: Float64Array;
  readonly announceLatest: Float64Array;
  /** From there to another cluster. */
  readonly meshEarliest: Float64Array;
  readonly meshLatest: Float64Array;
}

export function nodeTerms(
  scenario: Scenario,
  nodes: readonly MeshNode[],
  rotation: KeyRotation,
  level: Level,
): NodeTerms {
  const table = new DelayTable(scenario);
  const column = (): Float64Array => new Float64Array(nodes.length);
  const terms: NodeTerms = {
    loadEarliest: column(),
    loadLatest: column(),
    installEarliest: column(),
    installLatest: column(),
    announceEarliest: column(),
    announceLatest: column(),
    meshEarliest: column(),
    meshLatest: column(),
  };
  const installsFirst = scenario.clusters.map(
    ({ release }) => agentProfiles[release].publishes === 'afterInstall',
  );
  for (const [index, node] of nodes.entries()) {
    const secretSync = table.of('secretSync', node);
    const load = table.of('load', node);
    const install = table.of('install', node);
    const publish = table.of('publish', node);
    const mesh = table.of('mesh', node);
    const restart = rotation.restarts.get(index);
    terms.loadEarliest[index] = restart?.earliest ?? level.early(secretSync) + level.early(load);
    terms.loadLatest[index] = restart?.latest ?? level.late(secretSync) + level.late(load);
    const soonest = node.states * level.early(install);
    const longest = node.states * level.late(install);
    terms.installEarliest[index] = soonest;
    terms.installLatest[index] = longest;
    const after = installsFirst[node.cluster] === true;
    terms.announceEarliest[index] = (after ? soonest : 0) + level.early(publish);
    terms.announceLatest[index] = (after ? longest : 0) + level.late(publish);
    terms.meshEarliest[index] = level.early(mesh);
    terms.meshLatest[index] = level.late(mesh);
  }
  return terms;
}

/**
 * What the senders of each cluster wait for the record of a pod after that of its node, by the
 * registry of the pod's cluster: up to v1.17 the key ID is the pod's (cilium: pkg/k8s/watchers,
 * endpointsynchronizer.go), whose controller may just have been at work.
 */
export function endpointWaits(scenario: Scenario, level: Level): readonly Float64Array[] {
  const registries = scenario.clusters.map(({ registry }) => registry);
  const waits = { crd: waitOf('crd', level), kvstore: waitOf('kvstore', level) };
  const perPod = Float64Array.from(registries, (registry) => waits[registry]);
  const none = new Float64Array(registries.length);
  return scenario.clusters.map(({ release }) =>
    agentProfiles[release].datapath.peerKeyIdFrom === 'endpoint' ? perPod : none,
  );
}

function waitOf(registry: keyof typeof endpointSyncInterval, level: Level): Microseconds {
  return level.late({ kind: 'uniform', minimum: 0, maximum: endpointSyncInterval[registry] - 1 });
}
