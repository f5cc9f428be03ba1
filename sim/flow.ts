import type { Address, Family } from '../model/address.ts';
import type { RemotePod } from '../model/datapath/index.ts';
import { type InnerPacket, PathMemory } from '../model/xfrm/index.ts';
import type { Delay } from './delay.ts';
import { podAddress } from './endpoints.ts';
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

/** All flows of one line of the scenario's traffic, between the nodes as they are addressed now. */
export function flowsOf(world: World, plan: TrafficPlan): readonly Flow[] {
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
