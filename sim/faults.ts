import { assert, unreachable } from '../model/assert.ts';
import type { Microseconds } from '../model/time.ts';
import type { Link } from './link.ts';
import { leaseTime } from './node-records.ts';
import type { Fault, Link as LinkName } from './scenario.ts';
import { type NodeSelector, selects } from './selector.ts';
import type { SimNode } from './sim-node.ts';
import { tamper } from './tamper.ts';
import type { Simulation } from './simulation.ts';
import type { World } from './world.ts';

/** Has a fault happen now. What lasts for a while ends by itself. */
export function inject(simulation: Simulation, fault: Fault): void {
  const { world } = simulation;
  world.trace.record('faultInjected', world.now, world.trace.text(fault.kind));
  switch (fault.kind) {
    case 'partition':
      return partition(simulation, fault);
    case 'delayLink':
      return delayLink(world, fault);
    default:
      for (const node of selected(world, fault.nodes)) injectAt(simulation, node, fault);
  }
}

type NodeFault = Exclude<Fault, { kind: 'partition' | 'delayLink' }>;

function injectAt(simulation: Simulation, node: SimNode, fault: NodeFault): void {
  const { world, life } = simulation;
  switch (fault.kind) {
    case 'reboot':
      return life.reboot(node, fault.downtime);
    case 'restartAgent':
      return life.restartAgent(node, fault.downtime, 'clean');
    case 'crashAgent':
      return life.restartAgent(node, fault.downtime, 'crash');
    case 'join':
      if (!node.isMember) life.join(node);
      return;
    case 'leave':
      if (node.isMember) life.leave(node);
      return;
    case 'replace':
      return replace(simulation, node, successorOf(world, node, fault.by));
    case 'failOperation':
      node.failures.push({ fault, left: fault.times });
      return;
    case 'setSequenceNumber':
    case 'deleteXfrmStates':
    case 'deleteXfrmPolicies':
    case 'addXfrmPolicy':
      return tamper(world, node, fault);
    default:
      return disturb(world, node, fault);
  }
}

type Disturbance = Extract<
  NodeFault,
  { kind: 'pauseAgent' | 'slowNode' | 'deletePods' | 'memoryPressure' | 'asyncCrypto' }
>;

/** Faults that last: what they do, and what undoes it. */
function disturb(world: World, node: SimNode, fault: Disturbance): void {
  switch (fault.kind) {
    case 'pauseAgent':
      return pauseAgent(world, node.agent, fault.duration);
    case 'slowNode':
      node.slowness *= fault.factor;
      return later(world, fault.duration, () => {
        node.slowness /= fault.factor;
      });
    case 'deletePods':
      node.podsDeleted += 1;
      node.routeRacePerMille += fault.routeRacePerMille;
      return later(world, fault.duration, () => {
        node.podsDeleted -= 1;
        node.routeRacePerMille -= fault.routeRacePerMille;
      });
    case 'memoryPressure':
      node.memoryDropPerMille += fault.dropPerMille;
      return later(world, fault.duration, () => {
        node.memoryDropPerMille -= fault.dropPerMille;
      });
    case 'asyncCrypto':
      node.cryptoLatency += fault.latency;
      return later(world, fault.duration, () => {
        node.cryptoLatency -= fault.latency;
      });
    default:
      return unreachable(fault);
  }
}

function pauseAgent(world: World, agent: SimNode['agent'], duration: Microseconds): void {
  agent?.pause();
  later(world, duration, () => agent?.resume());
}

function partition(simulation: Simulation, fault: Extract<Fault, { kind: 'partition' }>): void {
  const { world } = simulation;
  for (const link of linksOf(world, fault.link)) {
    link.cut();
    later(world, fault.duration, () => {
      link.heal();
    });
  }
  if (fault.link.kind !== 'publish') return;
  for (const node of selected(world, fault.link.nodes)) watchLease(simulation, node);
}

/** A node that cannot reach its registry for as long as its lease lasts loses it, whoever cut it off. */
function watchLease({ world, propagation }: Simulation, node: SimNode): void {
  const link = world.links.publish(node);
  const { partitions } = link;
  later(world, leaseTime, () => {
    const isOver = link.isCut && link.partitions === partitions;
    if (isOver) propagation.nodeRecords.expireLease(node);
  });
}

function delayLink(world: World, fault: Extract<Fault, { kind: 'delayLink' }>): void {
  for (const link of linksOf(world, fault.link)) {
    link.extraDelay += fault.extra;
    later(world, fault.duration, () => {
      link.extraDelay -= fault.extra;
    });
  }
}

function linksOf(world: World, link: LinkName): readonly Link[] {
  const { links } = world;
  switch (link.kind) {
    case 'secret':
      return selected(world, link.nodes).map((node) => links.secret(node));
    case 'publish':
      return selected(world, link.nodes).map((node) => links.publish(node));
    case 'watch':
      return selected(world, link.nodes).map((node) => links.watch(node));
    case 'mesh':
      return [links.mesh(world.clusterIndex(link.from), world.clusterIndex(link.to))];
    case 'network':
      return selected(world, link.from).flatMap((from) =>
        selected(world, link.to)
          .filter((to) => to !== from)
          .map((to) => links.touchNetwork(from, to)),
      );
    default:
      return unreachable(link);
  }
}

function selected(world: World, selector: NodeSelector): readonly SimNode[] {
  return world.nodes.filter((node) => selects(selector, node));
}

/** Who is there already, since a scenario has it come twice, cannot come with another's addresses. */
function replace({ world, life, traffic }: Simulation, node: SimNode, by: SimNode): void {
  if (by.isMember) {
    world.inconclusive ??= `${by.name} is there already: it cannot replace ${node.name}`;
    return;
  }
  life.replace(node, by);
  for (const one of traffic) one.reroute();
}

function successorOf(world: World, node: SimNode, name: string): SimNode {
  const successor = world
    .nodesOf(node.clusterIndex)
    .find((candidate) => candidate.shortName === name);
  assert(successor !== undefined, `no node ${node.clusterName}/${name}`);
  return successor;
}

function later(world: World, after: Microseconds, undo: () => void): void {
  world.queue.schedule(world.now + after, { run: undo });
}
