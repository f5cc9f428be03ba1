import type { ClusterEntry } from './schema/cluster.ts';
import type { HealthyEntry } from './schema/healthy.ts';
import type { ScenarioEntries } from './schema.ts';

/**
 * The scenario without what is broken in it; undefined where it says nothing of a healthy run and
 * all its agents are their releases' own.
 */
export function healthyEntries(file: ScenarioEntries): ScenarioEntries | undefined {
  const { healthy, ...broken } = file;
  if (healthy === undefined && broken.clusters.every(({ agent }) => agent === undefined)) {
    return undefined;
  }
  const { delays, traffic, procedure, faults } = healthy ?? {};
  return {
    ...broken,
    clusters: broken.clusters.map((entry) => healthyCluster(entry, healthy?.clusters)),
    delays: delays ?? broken.delays,
    traffic: traffic ?? broken.traffic,
    procedure: procedure ?? broken.procedure,
    faults: faults ?? broken.faults,
    remedy: broken.remedy && { text: broken.remedy.text },
    expect: healthy?.expect ?? { verdict: 'safe' },
  };
}

function healthyCluster(entry: ClusterEntry, changes: HealthyEntry['clusters']): ClusterEntry {
  if (changes === undefined) return { ...entry, agent: undefined };
  const change = changes.find(({ name }) => name.cluster === entry.name);
  if (change === undefined) return entry;
  return {
    ...entry,
    release: change.release ?? entry.release,
    agent: change.agent,
    settings: { ...entry.settings, ...change.settings },
  };
}
