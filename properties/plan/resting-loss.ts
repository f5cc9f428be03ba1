import { second } from '../../model/time.ts';
import {
  commonFamilies,
  type ClusterPlan,
  type Loss,
  type NodePlan,
  type Scenario,
  simulate,
} from '../../sim/index.ts';

/** How many of each kind stand for all: a pair of them, or of one cluster and another. */
const alike = 2;

/**
 * The first packet that is lost although nobody rotates: nodes may not understand each other from the
 * start, and then a rotation cannot be blamed, nor is any duration safe. No closed form knows of
 * that; a run of one second does, of nodes that stand for all.
 */
export function restingLoss(scenario: Scenario): Loss | undefined {
  const everybody = { kind: 'all' } as const;
  const { losses } = simulate({
    ...scenario,
    clusters: someOfEachKind(scenario.clusters, clusterKind).map((plan) => ({
      ...plan,
      nodes: someOfEachKind(
        plan.nodes.filter(({ present }) => present),
        nodeKind,
      ),
    })),
    delays: { ...scenario.delays, latency: { kind: 'constant', value: 0 } },
    delayOverrides: [],
    traffic: [
      {
        from: everybody,
        to: everybody,
        every: second,
        families: commonFamilies(scenario.clusters),
        startsAt: 0,
        stopsAt: undefined,
      },
    ],
    procedure: [{ kind: 'wait', duration: second }],
    faults: [],
    remedy: undefined,
  });
  return losses[0];
}

function someOfEachKind<Item>(
  items: readonly Item[],
  kindOf: (item: Item) => string,
): readonly Item[] {
  const seen = new Map<string, number>();
  return items.filter((item) => {
    const kind = kindOf(item);
    const count = seen.get(kind) ?? 0;
    seen.set(kind, count + 1);
    return count < alike;
  });
}

/** All that tells clusters apart while nothing happens. */
function clusterKind(plan: ClusterPlan): string {
  const { release, agent, kernel, routing, settings, secret, devices } = plan;
  const { families, encryptInterface } = settings;
  return JSON.stringify([
    release,
    agent,
    kernel,
    routing,
    families,
    encryptInterface,
    secret,
    devices,
  ]);
}

function nodeKind({ internalIp, ciliumInternalIp, podCidr, bootId }: NodePlan): string {
  const has = [internalIp, ciliumInternalIp, podCidr].map((of) => `${4 in of} ${6 in of}`);
  return [...has, bootId === undefined ? 'drawn' : bootId.length].join();
}
