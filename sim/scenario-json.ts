import { address, type Address, type Family, type Prefix, prefix } from '../model/address.ts';
import type { ClusterPlan, NodePlan, PerFamily, Scenario } from './scenario.ts';

interface NodeJson extends Omit<NodePlan, 'internalIp' | 'ciliumInternalIp' | 'podCidr'> {
  readonly internalIp: PerFamily<string>;
  readonly ciliumInternalIp: PerFamily<string>;
  readonly podCidr: PerFamily<string>;
}

/** A scenario as JSON carries it: addresses and prefixes are texts, what is undefined is left out. */
export interface ScenarioJson extends Omit<Scenario, 'clusters'> {
  readonly clusters: readonly (Omit<ClusterPlan, 'nodes'> & {
    readonly nodes: readonly NodeJson[];
  })[];
}

export function scenarioToJson(scenario: Scenario): ScenarioJson {
  const addressText = ({ text }: Address): string => text;
  const prefixText = ({ address: { text }, length }: Prefix): string => `${text}/${length}`;
  const clusters = scenario.clusters.map((cluster) => ({
    ...cluster,
    nodes: cluster.nodes.map((node) => ({
      ...node,
      internalIp: mapFamilies(node.internalIp, addressText),
      ciliumInternalIp: mapFamilies(node.ciliumInternalIp, addressText),
      podCidr: mapFamilies(node.podCidr, prefixText),
    })),
  }));
  return { ...scenario, clusters };
}

/**
 * The scenario that {@link scenarioToJson} was given: it runs the same.
 * @throws where an address is none: the JSON was not made by {@link scenarioToJson}.
 */
export function scenarioFromJson(json: ScenarioJson): Scenario {
  const clusters = json.clusters.map((cluster) => ({
    ...cluster,
    nodes: cluster.nodes.map((node) => ({
      ...node,
      internalIp: mapFamilies(node.internalIp, address),
      ciliumInternalIp: mapFamilies(node.ciliumInternalIp, address),
      podCidr: mapFamilies(node.podCidr, prefix),
    })),
  }));
  return { ...json, clusters };
}

function mapFamilies<From, To>(
  perFamily: PerFamily<From>,
  change: (value: From) => To,
): PerFamily<To> {
  const result: Partial<Record<Family, To>> = {};
  for (const family of [4, 6] as const) {
    const value = perFamily[family];
    if (value !== undefined) result[family] = change(value);
  }
  return result;
}
