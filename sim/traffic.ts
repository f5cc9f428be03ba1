import type { Address, Family } from '../model/address.ts';
import { defined } from '../model/assert.ts';
import type { RemotePod } from '../model/datapath/index.ts';
import type { Microseconds } from '../model/time.ts';
import { type EspPacket, type InnerPacket, PathMemory } from '../model/xfrm/index.ts';
import type { Delay } from './delay.ts';
import { drawDelay } from './draw-delay.ts';
import { podAddress } from './endpoints.ts';
import type { Due } from './event-heap.ts';
import { receivePacket, sendPacket } from './packet-path.ts';
import type { TrafficPlan } from './scenario.ts';
import { selects } from './selector.ts';
import type { SimNode } from './sim-node.ts';
import type { Stream } from './stream.ts';
import type { World } from './world.ts';

/** The probes from one pod to another, in one family. */
export interface Flow {
  readonly sender: SimNode;
  readonly receiver: SimNode;
  readonly family: Family;
  readonly pod: RemotePod;
  readonly packet: InnerPacket;
  /** The VXLAN packet around it. */
  readonly overlay: InnerPacket;
  readonly latency: Delay;
  /** Undefined where the latency is constant. */
  readonly latencyStream: Stream | undefined;
  /** What the kernels at both ends remember of it. */
  readonly sent: PathMemory;
  readonly received: PathMemory;
}

/** Octets of a probe: an ICMP echo of 56 octets of data with an IPv4 header. */
const probeLength = 84;
const icmp: Readonly<Record<Family, number>> = { 4: 1, 6: 58 };

/**
 * One line of the scenario's traffic: at each beat all its flows send, and one entry of the queue
 * stands for them all.
 */
export class Traffic implements Due {
  readonly #world: World;
  readonly #plan: TrafficPlan;
  #flows: readonly Flow[];
  #stopped = false;

  constructor(world: World, plan: TrafficPlan) {
    this.#world = world;
    this.#plan = plan;
    this.#flows = flowsOf(world, plan);
  }

  /** A node has taken over addresses: the flows are made anew. */
  reroute(): void {
    this.#flows = flowsOf(this.#world, this.#plan);
  }

  start(): void {
    if (this.#flows.length > 0) this.#world.queue.schedule(this.#plan.startsAt, this);
  }

  stop(): void {
    this.#stopped = true;
  }

  run(now: Microseconds): void {
    const { stopsAt, every, toGone = false } = this.#plan;
    if (this.#stopped || (stopsAt !== undefined && now >= stopsAt)) return;
    const flight = new Flight(this.#world);
    for (const flow of this.#flows) {
      const isThere = flow.receiver.isMember || (toGone && flow.receiver.state === 'gone');
      if (!flow.sender.isRunning || flow.sender.podsDeleted > 0 || !isThere) continue;
      const packet = sendPacket(this.#world, flow);
      if (packet !== undefined) flight.add(flow, packet);
    }
    flight.take();
    this.#world.queue.schedule(now + every, this);
  }
}

/** Packets that were sent at one instant, walked in the order of their arrival. */
class Flight implements Due {
  readonly #world: World;
  #packets: { readonly at: Microseconds; readonly flow: Flow; readonly packet: EspPacket }[] = [];
  #next = 0;
  #latest: Microseconds = 0;
  #outOfOrder = false;

  constructor(world: World) {
    this.#world = world;
  }

  add(flow: Flow, packet: EspPacket): void {
    const { now, links } = this.#world;
    const extra = links.network(flow.sender, flow.receiver)?.extraDelay ?? 0;
    const at = now + latencyOf(flow) + extra;
    this.#outOfOrder ||= at < this.#latest;
    this.#latest = at;
    this.#packets.push({ at, flow, packet });
  }

  take(): void {
    this.#world.packetsInFlight += this.#packets.length;
    // With one latency for all, they are in order already.
    if (this.#outOfOrder) this.#packets.sort((one, other) => one.at - other.at);
    const first = this.#packets[0];
    if (first !== undefined) this.#world.queue.schedule(first.at, this);
  }

  run(now: Microseconds): void {
    for (;;) {
      const next = this.#packets[this.#next];
      if (next === undefined) return;
      if (next.at > now) {
        this.#world.queue.schedule(next.at, this);
        return;
      }
      this.#next += 1;
      this.#world.packetsInFlight -= 1;
      receivePacket(this.#world, next.flow, next.packet);
    }
  }
}

function latencyOf(flow: Flow): Microseconds {
  if (flow.latency.kind === 'constant') return flow.latency.value;
  return drawDelay(flow.latency, defined(flow.latencyStream, 'stream of a latency'));
}

const udp = 17;
/** Outer IPv4, UDP and VXLAN headers, and the inner Ethernet header. */
const vxlanOverhead = 50;

function overlayPacket(
  inner: InnerPacket,
  source: Address | undefined,
  destination: Address,
): InnerPacket {
  if (source === undefined) return inner;
  return { source, destination, protocol: udp, length: inner.length + vxlanOverhead };
}

function flowsOf(world: World, plan: TrafficPlan): readonly Flow[] {
  const senders = world.nodes.filter((node) => selects(plan.from, node));
  const receivers = world.nodes.filter((node) => selects(plan.to, node));
  const flows: Flow[] = [];
  for (const sender of senders) {
    for (const receiver of receivers) {
      // Traffic within a node is never encrypted, so there is nothing to probe.
      if (sender !== receiver) flows.push(...flowsBetween(world, plan, { sender, receiver }));
    }
  }
  return flows;
}

function flowsBetween(
  world: World,
  plan: TrafficPlan,
  { sender, receiver }: { readonly sender: SimNode; readonly receiver: SimNode },
): readonly Flow[] {
  const flows: Flow[] = [];
  const pods = Math.min(sender.cluster.podsPerNode, receiver.cluster.podsPerNode);
  for (let pod = 0; pod < pods; pod += 1) {
    for (const family of plan.families) {
      const source = podAddress(sender, pod, family);
      const destination = podAddress(receiver, pod, family);
      const tunnelEndpoint = receiver.tunnelEndpoint;
      if (source === undefined || destination === undefined || tunnelEndpoint === undefined)
        continue;
      const latency = world.draw.delay('latency', sender, receiver);
      const name = `latency/${sender.name}/${receiver.name}/${family}/${pod}`;
      const packet = { source, destination, protocol: icmp[family], length: probeLength };
      flows.push({
        sender,
        receiver,
        family,
        pod: { address: destination, tunnelEndpoint },
        packet,
        overlay: overlayPacket(packet, sender.tunnelEndpoint, tunnelEndpoint),
        latency,
        latencyStream: latency.kind === 'constant' ? undefined : world.streams.stream(name),
        sent: new PathMemory(),
        received: new PathMemory(),
      });
    }
  }
  return flows;
}
