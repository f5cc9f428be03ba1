/** All nodes, those of one cluster, or one. */
export type NodeSelector =
  | { readonly kind: 'all' }
  | { readonly kind: 'cluster'; readonly cluster: string }
  | { readonly kind: 'node'; readonly cluster: string; readonly node: string };

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
