import type { NodeSelector } from './scenario.ts';

/** What a selector looks at. */
export interface Selectable {
  readonly clusterName: string;
  readonly shortName: string;
}

export function selects(selector: NodeSelector, node: Selectable): boolean {
  switch (selector.kind) {
    case 'all':
      return true;
    case 'cluster':
      return node.clusterName === selector.cluster;
    case 'node':
      return node.clusterName === selector.cluster && node.shortName === selector.node;
  }
}
