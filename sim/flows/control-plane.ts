import { agentProfiles } from '../../model/agent/index.ts';
import { failure, type Result, success } from '../../model/result.ts';
import type { Microseconds } from '../../model/time.ts';
import { DelayTable } from '../delay-table.ts';
import { drawDelay } from '../draw-delay.ts';
import { endpointSyncInterval } from '../endpoints.ts';
import type { ClusterPlan, LocalDelay, Scenario } from '../scenario.ts';
import type { Selectable } from '../selector.ts';
import { Streams } from '../streams.ts';

/** A node, as its delays are found. */
export interface FlowNode extends Selectable {
  readonly cluster: number;
  readonly name: string;
}

/**
 * When what happens to the new key at each node, from the delays alone: columns by the node's place.
 * Every delay is drawn from the stream from which the simulator draws it.
 */
export interface ControlPlane {
  readonly nodes: readonly FlowNode[];
  readonly loaded: Float64Array;
  /** When all states of the new key are there, and the encrypt map says so. */
  readonly installed: Float64Array;
  /** One state, added or deleted. */
  readonly install: Float64Array;
  /** When the record of the node, and that of its pod, are in each cluster's view: by cluster, by node. */
  readonly nodeViews: readonly Float64Array[];
  readonly podViews: readonly Float64Array[];
  /** The tick at which the reclaimer removes the old key. */
  readonly reclaimed: Float64Array;
  /** When the procedure is done. */
  readonly endsAt: Microseconds;
  /** How long a sender's agent takes to be told of a receiver's record. */
  readonly watch: (sender: number, receiver: number, perPod: boolean) => Microseconds;
}

/**
 * The control plane of one rotation that nothing disturbs. Fails with the reason where the scenario
 * has more to it than that.
 */
export function controlPlane(scenario: Scenario): Result<ControlPlane, string> {
  const writes = writesOf(scenario);
  if (!writes.ok) return writes;
  const obstacle = obstacleIn(scenario);
  if (obstacle !== undefined) return failure(obstacle);
  return success(drawControlPlane(scenario, writes.value));
}

interface Writes {
  readonly byCluster: readonly Microseconds[];
  readonly endsAt: Microseconds;
}

function writesOf({ clusters, procedure }: Scenario): Result<Writes, string> {
  const byCluster: (Microseconds | undefined)[] = clusters.map(() => undefined);
  let at: Microseconds = 0;
  const place = (name: string): number => clusters.findIndex((plan) => plan.name === name);
  for (const step of procedure) {
    if (step.kind === 'wait') at += step.duration;
    else if (step.kind === 'rotate' || step.kind === 'copySecret') {
      const names = step.kind === 'rotate' ? step.clusters : [step.to];
      for (const cluster of names.map(place)) {
        if (byCluster[cluster] !== undefined) return failure('it writes a secret twice');
        byCluster[cluster] = at;
      }
    } else return failure(`it has the step ${step.kind}`);
  }
  if (byCluster.includes(undefined)) return failure('a cluster gets no new key');
  return success({ byCluster: byCluster as Microseconds[], endsAt: at });
}

function obstacleIn({ clusters, faults, delays, delayOverrides }: Scenario): string | undefined {
  const [first] = clusters;
  if (faults.length > 0) return 'it has faults';
  if (clusters.some(({ agent }) => agent !== undefined)) return 'its agents are not Cilium';
  if (clusters.some(({ settings }) => !settings.keyWatcher)) return 'nothing watches a key file';
  if (clusters.some(({ nodes }) => nodes.some(({ present }) => !present)))
    return 'nodes are absent';
  if (clusters.some(({ podsPerNode }) => podsPerNode !== 1)) return 'a node has several pods';
  if (clusters.some(({ secret }) => secret !== first?.secret)) return 'the secrets differ';
  const same = (one: ClusterPlan): boolean =>
    one.routing === first?.routing &&
    (one.routing === 'native' || one.release === first.release) &&
    one.settings.families.join() === first.settings.families.join();
  if (!clusters.every(same)) return 'the clusters encrypt different packets';
  const varies = (name: LocalDelay): boolean =>
    [
      delays[name],
      ...delayOverrides.flatMap((one) => (one.delay === name ? [one.value] : [])),
    ].some(({ kind }) => kind !== 'constant');
  if (varies('install')) return 'install is not constant';
  return varies('latency') ? 'latency is not constant' : undefined;
}

/** The versions of what the first rotation writes: what was there before has 1. */
const version = 2;

function drawControlPlane(scenario: Scenario, { byCluster, endsAt }: Writes): ControlPlane {
  const { clusters, delays } = scenario;
  const nodes = clusters.flatMap((plan, cluster) =>
    plan.nodes.map(({ name }): FlowNode => ({
      cluster,
      clusterName: plan.name,
      shortName: name,
      name: `${plan.name}/${name}`,
    })),
  );
  const streams = new Streams(scenario.seed);
  const table = new DelayTable(scenario);
  const draw = (delay: LocalDelay, at: FlowNode, stream: string, from?: FlowNode): Microseconds =>
    drawDelay(table.of(delay, at, from), () => streams.once(stream));
  const column = (): Float64Array => new Float64Array(nodes.length);
  const [loaded, installed, install, reclaimed] = [column(), column(), column(), column()];
  const nodeViews = clusters.map(column);
  const podViews = clusters.map(column);
  for (const [index, node] of nodes.entries()) {
    const plan = clusters[node.cluster] as ClusterPlan;
    const { name } = node;
    const read =
      (byCluster[node.cluster] as Microseconds) +
      draw('secretSync', node, `secretSync/${name}/${version}`) +
      draw('load', node, `load/${name}/${version}`);
    loaded[index] = read;
    const each = draw('install', node, `install/${name}`);
    install[index] = each;
    const done = read + each * statesPerPeer(plan) * (nodes.length - 1);
    installed[index] = done;
    const published = agentProfiles[plan.release].publishes === 'afterInstall' ? done : read;
    const interval = endpointSyncInterval[plan.registry];
    const beat = streams.once(`endpointSync/${name}/0`).integer(interval);
    const wait = (((beat - published) % interval) + interval) % interval;
    const records = [
      { what: `node/${name}/${version}`, at: published, views: nodeViews },
      { what: `endpoint/${name}/0/${version}`, at: published + wait, views: podViews },
    ];
    for (const { what, at, views } of records) {
      const registered = at + draw('publish', node, `publish/${what}`);
      for (const [cluster, { name: far }] of clusters.entries()) {
        const mesh = cluster === node.cluster ? 0 : draw('mesh', node, `mesh/${far}/${what}`);
        (views[cluster] as Float64Array)[index] = registered + mesh;
      }
    }
    const { reclaimInterval } = delays;
    const phase = streams.once(`reclaimPhase/${name}`).integer(reclaimInterval) + 1;
    const due = read + plan.settings.rotationDuration;
    reclaimed[index] =
      phase + Math.max(0, Math.ceil((due - phase) / reclaimInterval)) * reclaimInterval;
  }
  const watch: ControlPlane['watch'] = (sender, receiver, perPod) => {
    const [to, of] = [nodes[sender] as FlowNode, nodes[receiver] as FlowNode];
    const delay = table.of('watch', to, of);
    if (delay.kind === 'constant') return delay.value;
    const what = perPod ? `endpoint/${of.name}/0` : `node/${of.name}`;
    return drawDelay(delay, () => streams.once(`watch/${to.name}/${what}/${version}`));
  };
  return { nodes, loaded, installed, install, nodeViews, podViews, reclaimed, endsAt, watch };
}

/** The states that an agent has for one peer and one key. */
export function statesPerPeer({ release, routing, settings }: ClusterPlan): number {
  const overlay =
    routing === 'tunnel' && agentProfiles[release].overlayStates === 'inTunnelMode' ? 2 : 0;
  return 2 * settings.families.length + overlay;
}

/**
 * The place of the state with which a family's packets are sent, among a peer's states in the order in
 * which they are made; the one to receive with comes right after it.
 */
export function placeOfState({ release, routing, settings }: ClusterPlan, family: 4 | 6): number {
  const { overlayStates, tunnelEncryption } = agentProfiles[release];
  const overlay = routing === 'tunnel' && overlayStates === 'inTunnelMode';
  if (routing === 'tunnel' && tunnelEncryption === 'aroundVxlan') return 2; // after IPv4's own
  if (family === 4) return 0;
  return (settings.families.includes(4) ? 2 : 0) + (overlay ? 2 : 0);
}
