import type { Family } from '../model/address.ts';
import type { ClusterPlan } from './scenario.ts';

/** The IP families that the pods of every cluster have. */
export function commonFamilies(clusters: readonly ClusterPlan[]): readonly Family[] {
  return ([4, 6] as const).filter((family) =>
    clusters.every(({ settings }) => settings.families.includes(family)),
  );
}
