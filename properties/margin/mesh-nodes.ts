import { agentProfiles } from '../../model/agent/index.ts';
import type { ClusterPlan, Scenario, Selectable } from '../../sim/index.ts';

/** A node of the mesh, as selectors look at it. */
export interface MeshNode extends Selectable {
  readonly cluster: number;
  /** The states that its agent installs for a new key: all peers, families and directions. */
  readonly states: number;
}

/**
 * The nodes that are there from the start, in the scenario's order. With `total`, each has so many
 * peers as if the mesh had that many nodes: the nodes that are there then stand for all others.
 */
export function meshNodes({ clusters }: Scenario, total?: number): readonly MeshNode[] {
  const present = clusters.map(({ nodes }) => nodes.filter((node) => node.present));
  const count = (family: 4 | 6): number =>
    total ??
    present.reduce(
      (sum, nodes) => sum + nodes.filter((node) => node.ciliumInternalIp[family]).length,
      0,
    );
  const peers = { 4: count(4) - 1, 6: count(6) - 1 };
  return clusters.flatMap((plan, cluster) => {
    const ipv4 = statesPerPeer(plan, 4) * peers[4];
    const ipv6 = statesPerPeer(plan, 6) * peers[6];
    return (present[cluster] ?? []).map(({ name, ciliumInternalIp }) => ({
      cluster,
      clusterName: plan.name,
      shortName: name,
      states:
        (ciliumInternalIp[4] === undefined ? 0 : ipv4) +
        (ciliumInternalIp[6] === undefined ? 0 : ipv6),
    }));
  });
}

/** `cluster/node`. */
export function nameOf({ clusterName, shortName }: MeshNode): string {
  return `${clusterName}/${shortName}`;
}

/**
 * One state to send with and one to receive with; in IPv4 and tunnel mode the encrypted overlay's
 * two as well, from v1.17 on (cilium: pkg/datapath/linux/ipsec.go, `enableIPsec`).
 */
export function statesPerPeer(plan: ClusterPlan, family: 4 | 6): number {
  if (!plan.settings.families.includes(family)) return 0;
  const { overlayStates } = agentProfiles[plan.release];
  const overlay = family === 4 && plan.routing === 'tunnel' && overlayStates === 'inTunnelMode';
  return overlay ? 4 : 2;
}
