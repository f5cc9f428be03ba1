import { type Address, addressBytes, prefix, type Prefix } from '../../model/address.ts';
import type { InnerPacket } from '../../model/xfrm/index.ts';
import type { GuestAnswer, GuestRequest } from './channel.ts';
import { errnoName } from './errno-names.ts';
import { KernelLost } from './failure.ts';
import type { Machine } from './machine.ts';
import { dumpStates } from './netlink/xfrm-requests.ts';
import * as route from './netlink/route-requests.ts';
import { type KernelState, statesOf } from './netlink/state-dump.ts';
import { u16, u32, u8, zeros } from './netlink/message.ts';
import { ipHeaderOctets } from './wire/ip-address.ts';

/** What a namespace has around its XFRM: its own addresses, and where packets leave. */
export interface SpaceLayout {
  /** With the length of their prefix, which is a route as well. */
  readonly addresses: readonly Prefix[];
  readonly routes: readonly Prefix[];
  readonly hasIpv6: boolean;
  /** Whether received packets can be held back to arrive all at once. */
  readonly canHold?: boolean;
}

/** What a namespace did since the last look. */
export interface SpaceReport {
  /** Datagrams that the listening socket got. */
  readonly delivered: number;
  /** The packets that left, as they were on the wire. */
  readonly transmitted: readonly Buffer[];
  /** The values of `/proc/net/xfrm_stat`, in its order. */
  readonly counters: readonly number[];
  readonly states: readonly KernelState[];
}

/** Netlink protocols. */
const protocols = { route: 0, xfrm: 6 } as const;
/** Packets arrive at `in0` because `out0`, its peer, sends them there, with whatever mark. */
const outside = { index: 1000, name: 'out0', hardware: [2, 0, 0, 0, 0, 1] } as const;
const inside = { index: 1001, name: 'in0', hardware: [2, 0, 0, 0, 0, 2] } as const;
const noSlot = 0xffff_ffff;
const udpOverhead = 8;
/** IP_MTU_DISCOVER: never set DF; set it, and look at the device's MTU only. */
const discovery = { none: 0, probe: 3 } as const;

/** The port of the socket that listens in each namespace. */
export const listenerPort = 9;

/** A network namespace of a real kernel. Requests are performed in the order in which they are made. */
export class KernelSpace {
  readonly machine: Machine;
  readonly #number: number;
  #failure: Error | undefined;

  private constructor(machine: Machine, number: number) {
    this.machine = machine;
    this.#number = number;
  }

  /** Opens a namespace with this number, which no other may have while it is open. */
  static open(machine: Machine, number: number, layout: SpaceLayout): KernelSpace {
    const space = new KernelSpace(machine, number);
    space.#must({ operation: 'open' }, 'a new network namespace');
    space.#configure(layout);
    return space;
  }

  #configure(layout: SpaceLayout): void {
    const ipv6 = '/proc/sys/net/ipv6/conf';
    for (const conf of ['all', 'default']) {
      this.#setting(`${ipv6}/${conf}/disable_ipv6`, layout.hasIpv6 ? '0' : '1');
      // No address of its own, so that the kernel says nothing by itself.
      this.#setting(`${ipv6}/${conf}/addr_gen_mode`, '1');
    }
    this.#setting('/proc/sys/net/ipv4/ip_forward', '1');
    if (layout.hasIpv6) this.#setting(`${ipv6}/all/forwarding`, '1');
    this.#must({ operation: 'tun', payload: Buffer.from('tun0') }, 'a TUN device');
    const { index, name, hardware } = outside;
    const pair = route.addDevicePair(
      [index, name, hardware],
      [inside.index, inside.name, inside.hardware],
    );
    this.#route(pair, 'a pair of veth devices');
    this.#setting('/proc/sys/net/ipv4/conf/in0/rp_filter', '0');
    for (const device of [this.#tunIndex, index, inside.index]) {
      this.#route(route.setUp(device, true), 'a device up');
    }
    if (layout.canHold === true) {
      this.#route(route.addPlug(index), 'a queue that holds packets back');
      this.#route(route.releasePlug(index), 'the release of that queue');
    }
    for (const { address, length } of layout.addresses) {
      this.#route(route.addAddress(this.#tunIndex, address, length), `the address ${address.text}`);
    }
    for (const to of layout.routes) {
      this.#route(route.addRoute(this.#tunIndex, to), `a route to ${to.address.text}`);
    }
  }

  /** The first device after `lo`. */
  readonly #tunIndex = 2;

  /** What `ip xfrm` would be answered. */
  xfrm(request: Buffer): Promise<string> {
    return this.#answer({ operation: 'netlink', argument: protocols.xfrm, payload: request });
  }

  /** A packet arrives with this mark. */
  receive(bytes: Buffer, mark: number): void {
    this.#inject(u32(outside.index, mark, noSlot), zeros(4), bytes);
  }

  /** A packet arrives that leaves the checksum to the device, at a place where none can be. */
  receiveWithBadChecksum(bytes: Buffer, mark: number): void {
    this.#inject(u32(outside.index, mark, noSlot), u8(1, 0, 0, 0), bytes);
  }

  /** A packet arrives that was kept in a slot. */
  receiveSlot(slot: number, mark: number): void {
    this.#inject(u32(outside.index, mark, slot), zeros(4), zeros(0));
  }

  /** Packets arrive all at once: no timer of the kernel runs between them. */
  receiveTogether(packets: readonly Buffer[], mark: number): void {
    this.#route(route.holdPlug(outside.index), 'packets held back');
    for (const packet of packets) this.receive(packet, mark);
    this.#route(route.releasePlug(outside.index), 'packets let go');
  }

  /** A local socket sends; what sendto answers. */
  send(packet: InnerPacket, mark: number): Promise<string> {
    return this.#answer({ operation: 'send', payload: datagram(packet, mark, false) });
  }

  /** A local socket prepares a datagram, route and states looked up, and does not send it yet. */
  sendCorked(packet: InnerPacket, mark: number): Promise<string> {
    return this.#answer({ operation: 'send', payload: datagram(packet, mark, true) });
  }

  /** The datagram that was prepared is sent. */
  uncork(): Promise<string> {
    return this.#answer({ operation: 'uncork' });
  }

  /** Keeps the next packet that left in a slot. The first octets of it; undefined if none did. */
  async capture(slot: number): Promise<{ length: number; head: Buffer } | undefined> {
    const { result, payload } = await this.#request({ operation: 'capture', payload: u32(slot) });
    return result > 0 ? { length: result, head: payload } : undefined;
  }

  /** Waits until the kernel has done what it put off; `timers`: those of states, too. */
  settle({ timers }: { readonly timers: boolean }): void {
    const what = 'to come to rest';
    this.#must({ operation: 'settle', argument: timers ? 1 : 0 }, what);
  }

  /** Sets the clock by which the kernel dates states, in seconds since 1970. */
  setClock(seconds: number): void {
    if (this.machine.ownsClock) this.#must({ operation: 'clock', payload: u32(seconds) }, 'clock');
  }

  async report(): Promise<SpaceReport> {
    const drained = this.drain();
    const counters = this.counters();
    const dump = this.#request({
      operation: 'netlink',
      argument: protocols.xfrm,
      payload: dumpStates(),
    });
    const [packets, values, { payload }] = await Promise.all([drained, counters, dump]);
    return { ...packets, counters: values, states: statesOf(payload) };
  }

  async counters(): Promise<readonly number[]> {
    const { payload } = await this.#request({ operation: 'counters' });
    return Array.from({ length: payload.length / 4 }, (_, at) => payload.readUInt32LE(at * 4));
  }

  /** What came out. */
  async drain(): Promise<Pick<SpaceReport, 'delivered' | 'transmitted'>> {
    const { payload } = await this.#request({ operation: 'drain' });
    const transmitted: Buffer[] = [];
    for (let at = 4; at < payload.length;) {
      const length = payload.readUInt16LE(at);
      transmitted.push(payload.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    return { delivered: payload.readUInt32LE(0), transmitted };
  }

  /** Sends, hands the packet to another namespace, and so on; nanoseconds, and packets delivered. */
  async bench(
    rounds: number,
    receiver: KernelSpace,
    packet: InnerPacket,
    [mark, receiverMark]: readonly [number, number],
  ): Promise<{ readonly nanoseconds: bigint; readonly delivered: number }> {
    const payload = Buffer.concat([
      u32(rounds),
      u16(receiver.#number, 0),
      u32(outside.index, receiverMark, noSlot),
      zeros(4),
      datagram(packet, mark, false),
    ]);
    const answer = await this.#request({ operation: 'bench', payload });
    return {
      nanoseconds: answer.payload.readBigUInt64LE(0),
      delivered: answer.payload.readUInt32LE(8),
    };
  }

  /** Ends the namespace. An error of anything before that had no answer of its own comes out here. */
  async close(): Promise<void> {
    await this.#request({ operation: 'close' });
    if (this.#failure !== undefined) throw this.#failure;
  }

  #request(request: GuestRequest): Promise<GuestAnswer> {
    return this.machine.channel.request({ ...request, namespace: this.#number });
  }

  async #answer(request: GuestRequest): Promise<string> {
    const { result } = await this.#request(request);
    return errnoName(result);
  }

  /** What has to succeed for the namespace to be of use. */
  #must(request: GuestRequest, what: string): void {
    this.#request(request).then(
      ({ result }) => {
        if (result >= 0) return;
        this.#failure ??= new KernelLost(`the kernel refuses ${what}: ${errnoName(result)}`);
      },
      (error: unknown) => {
        this.#failure ??= error as Error;
      },
    );
  }

  #setting(path: string, value: string): void {
    const payload = Buffer.from(`${path}\0${value}\0`);
    this.#must({ operation: 'writeFile', payload }, `${path} = ${value}`);
  }

  #route(request: Buffer, what: string): void {
    this.#must({ operation: 'netlink', argument: protocols.route, payload: request }, what);
  }

  #inject(...payload: readonly Buffer[]): void {
    this.#must({ operation: 'inject', payload: Buffer.concat(payload) }, 'a packet that arrives');
  }
}

/** `struct datagram` of guest.c: the content is zeros. */
function datagram(packet: InnerPacket, mark: number, cork: boolean): Buffer {
  const { source, destination, length, dontFragment } = packet;
  const discover = dontFragment === true ? discovery.probe : discovery.none;
  return Buffer.concat([
    u32(mark, length - ipHeaderOctets(destination) - udpOverhead),
    u16(packet.sourcePort ?? 0, packet.destinationPort ?? listenerPort),
    u8(destination.family, discover, cork ? 1 : 0, 0),
    padded16(source),
    padded16(destination),
  ]);
}

function padded16(of: Address): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.set(addressBytes(of));
  return bytes;
}

/** The prefix of one host. */
export function hostPrefix({ text, family }: Address): Prefix {
  return prefix(`${text}/${family === 4 ? 32 : 128}`);
}
