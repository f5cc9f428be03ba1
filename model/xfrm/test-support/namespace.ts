import { address, type Address, covers, prefix, type Prefix } from '../../address.ts';
import type { Microseconds } from '../../time.ts';
import type { Errno } from '../errno.ts';
import { espOctets } from '../esp-size.ts';
import { kernelProfiles } from '../kernel-profile.ts';
import type { EspPacket, InnerPacket } from '../packet.ts';
import type { Routes } from '../routes.ts';
import type { XfrmState } from '../state.ts';
import { Xfrm } from '../xfrm.ts';
import { natTraversalPort } from './wire.ts';

const mtu = 1500;
const listenerPort = 9;
const ownAddress = address('198.18.0.2');

/** A packet that left, in clear or encrypted. */
export type Transmitted = InnerPacket | EspPacket;

/**
 * The network namespace around XFRM in which the vectors were recorded: addresses, connected
 * routes, a mark per receiving device, one UDP socket, forwarding.
 */
export class Namespace implements Routes {
  readonly xfrm = new Xfrm(kernelProfiles['6.1'], this);
  readonly addresses = new Set<Address>([ownAddress]);
  readonly routed: Prefix[] = [prefix('198.18.0.0/24'), prefix('10.0.1.0/24')];
  readonly deviceMarks = new Map<string, number>();
  forwards = false;
  hasIpv6 = false;
  rawSockets = 0;
  encapsulationSocket = false;
  now: Microseconds = 10_000_000;
  delivered = 0;
  readonly transmitted: Transmitted[] = [];

  sourceFor(destination: Address): Address | undefined {
    return this.#reaches(destination) ? ownAddress : undefined;
  }

  route(_source: Address, destination: Address): Errno {
    return this.#reaches(destination) ? 'ok' : 'ENETUNREACH';
  }

  mtu(): number {
    return mtu;
  }

  /** A packet arrives on a device; also what came out of a tunnel, which arrives there once more. */
  receive(packet: InnerPacket, device: string, outer: readonly XfrmState[] = [], mark = 0): void {
    const marked = this.deviceMarks.get(device) ?? mark;
    if (packet.destination.family === 6 && !this.hasIpv6) return;
    if (this.addresses.has(packet.destination)) this.#deliver(packet, device, outer, marked);
    else if (this.forwards) this.#forward(packet, outer, marked);
  }

  /** Sends from a local socket, and answers what sendto says. */
  send(packet: InnerPacket, mark: number): Errno {
    const result = this.xfrm.output(packet, mark, this.now);
    if (result.kind === 'dropped') return result.errno;
    this.transmitted.push(result.kind === 'clear' ? packet : result.packet);
    return 'ok';
  }

  #deliver(packet: InnerPacket, device: string, outer: readonly XfrmState[], mark: number): void {
    if (packet.nested !== undefined && packet.destinationPort === natTraversalPort) {
      // The outer UDP packet is a packet for a socket like any other.
      if (this.xfrm.checkPolicy('in', packet, mark, outer) !== undefined) return;
      if (!this.encapsulationSocket) return;
    }
    if (packet.nested !== undefined) this.#decrypt(packet.nested, device, outer, mark);
    else this.#toSockets(packet, outer, mark);
  }

  #decrypt(packet: EspPacket, device: string, outer: readonly XfrmState[], mark: number): void {
    const result = this.xfrm.input(packet, mark, this.now, outer);
    if (result.kind === 'dropped') return;
    if (result.secpath.at(-1)?.shape.mode === 'tunnel') {
      this.receive(result.inner, device, result.secpath, result.mark);
    } else {
      this.#toSockets(result.inner, result.secpath, result.mark);
    }
  }

  #toSockets(packet: InnerPacket, outer: readonly XfrmState[], mark: number): void {
    for (let socket = 0; socket < this.rawSockets; socket += 1) {
      this.xfrm.checkPolicy('in', packet, mark, outer);
    }
    if (this.xfrm.checkPolicy('in', packet, mark, outer) !== undefined) return;
    if (packet.destinationPort === listenerPort) this.delivered += 1;
  }

  #forward(packet: InnerPacket, outer: readonly XfrmState[], mark: number): void {
    if (!this.#reaches(packet.destination)) return;
    if (this.xfrm.checkPolicy('fwd', packet, mark, outer) !== undefined) return;
    this.send(packet, mark);
  }

  #reaches(destination: Address): boolean {
    return this.routed.some((block) => covers(block, destination));
  }
}

/** How many IP packets an encrypted packet makes on the link. */
export function fragmentCount(packet: EspPacket): number {
  const header = 20;
  return Math.ceil((espOctets(packet) - header) / (mtu - header));
}
