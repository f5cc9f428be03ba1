import { decideEgress, ingressMark } from '../model/datapath/index.ts';
import type { EspPacket, InnerPacket } from '../model/xfrm/index.ts';
import type { Flow } from './flow.ts';
import { fateNumber, type PacketFate } from './packet-fate.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** Sends one probe of a flow: eBPF program, then XFRM. Undefined: it did not get as far as the wire. */
export function sendPacket(world: World, flow: Flow): EspPacket | undefined {
  const { sender } = flow;
  const decision = decideEgress(sender.maps, sender.datapathProfile.datapath, flow.pod);
  if (decision.kind === 'plaintext') return lose(world, flow, 'plaintext', 0);
  if (decision.kind === 'dropped') return lose(world, flow, 'noNodeIdAtEgress', 0);
  const output = sender.xfrm.output(packetToEncrypt(flow), decision.mark, world.now, flow.sent);
  if (output.kind === 'encrypted') {
    noteSent(world, flow, output.packet);
    return output.packet;
  }
  const fate = output.kind === 'clear' ? 'plaintext' : (output.counter ?? 'uncounted');
  return lose(world, flow, fate, decision.keyId);
}

/** The probe reaches the receiver's node: eBPF program, XFRM, and the way to the pod. */
export function receivePacket(world: World, flow: Flow, packet: EspPacket): void {
  const { receiver } = flow;
  if (receiver.cryptoLatency > 0 && holdForCrypto(world, flow, packet)) return;
  noteFate(world, flow, fateAtReceiver(world, flow, packet), packet);
}

/**
 * A packet waits in an asynchronous crypto engine with the state that it was looked up for. If that
 * is deleted meanwhile, the packet is dropped when it comes back (Linux, net/xfrm/xfrm_input.c,
 * `xfrm_input` on resumption).
 */
function holdForCrypto(world: World, flow: Flow, packet: EspPacket): boolean {
  const { receiver } = flow;
  const mark = ingressMark(receiver.maps, packet.source);
  if (mark === undefined || !receiver.isRunning) return false;
  const { destination, spi } = packet;
  const state = receiver.xfrm.getState({ destination, spi, mark: { value: mark, mask: -1 } });
  if (state === undefined) return false;
  const finish = (): void => {
    world.packetsInFlight -= 1;
    const isLost = state.isDeleted && receiver.isRunning;
    if (isLost) receiver.xfrm.countRace('XfrmInStateInvalid');
    const fate = isLost ? 'XfrmInStateInvalid' : fateAtReceiver(world, flow, packet);
    noteFate(world, flow, fate, packet);
  };
  world.packetsInFlight += 1;
  world.queue.schedule(world.now + receiver.cryptoLatency, { run: finish });
  return true;
}

function fateAtReceiver(world: World, flow: Flow, packet: EspPacket): PacketFate {
  const { sender, receiver } = flow;
  if (world.links.network(sender, receiver)?.isCut === true) return 'networkCut';
  if (!receiver.isRunning) return 'nodeDown';
  // Without Cilium's program at the device the packet reaches XFRM as it came: without a mark.
  const mark = receiver.isDecrypting ? ingressMark(receiver.maps, packet.source) : 0;
  if (mark === undefined) return 'noNodeIdAtIngress';
  if (world.chance(receiver, 'memory', receiver.memoryDropPerMille)) {
    receiver.xfrm.countRace('XfrmInError');
    return 'XfrmInError';
  }
  const input = receiver.xfrm.input(packet, mark, world.now, undefined, flow.received);
  if (input.kind === 'dropped') return input.counter ?? 'uncounted';
  const direction = isOverlay(flow) ? 'in' : 'fwd';
  const refused = receiver.xfrm.checkPolicy(
    direction,
    input.inner,
    input.mark,
    input.secpath,
    flow.received,
  );
  if (refused !== undefined) return refused;
  return receiver.podsDeleted > 0 ? fateWithoutPod(world, receiver) : 'delivered';
}

/**
 * A packet for a pod that was deleted. That the kernel counts it is a race: the route it looked up
 * must be replaced at that very moment (Linux, net/xfrm/xfrm_policy.c, `__xfrm_route_forward`).
 */
function fateWithoutPod(world: World, receiver: SimNode): PacketFate {
  if (!world.chance(receiver, 'routeRace', receiver.routeRacePerMille)) return 'noEndpoint';
  receiver.xfrm.countRace('XfrmFwdHdrError');
  return 'XfrmFwdHdrError';
}

/**
 * What XFRM gets to see: the pods' packet, or since v1.18, in tunnel mode, the VXLAN packet around it
 * (cilium: bpf/lib/encrypt.h, `ipsec_maybe_redirect_to_encrypt`).
 */
function packetToEncrypt(flow: Flow): InnerPacket {
  return isOverlay(flow) ? flow.overlay : flow.packet;
}

function isOverlay({ sender }: Flow): boolean {
  return (
    sender.cluster.routing === 'tunnel' && sender.datapathProfile.tunnelEncryption === 'aroundVxlan'
  );
}

function lose(world: World, flow: Flow, fate: PacketFate, spi: number): undefined {
  noteFate(world, flow, fate, { spi, sequence: 0 });
}

function noteSent(world: World, flow: Flow, packet: EspPacket): void {
  const { sender, receiver, family } = flow;
  const { spi, sequence } = packet;
  world.trace.record('packetSent', world.now, sender.index, receiver.index, family, spi, sequence);
}

function noteFate(
  world: World,
  flow: Flow,
  fate: PacketFate,
  { spi, sequence }: Pick<EspPacket, 'spi' | 'sequence'>,
): void {
  const { sender, receiver, family } = flow;
  const number = fateNumber(fate);
  const { trace, now } = world;
  trace.record('packetFate', now, sender.index, receiver.index, family, spi, sequence, number);
}
