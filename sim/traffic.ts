import { defined } from '../model/assert.ts';
import type { Microseconds } from '../model/time.ts';
import type { EspPacket } from '../model/xfrm/index.ts';
import { drawDelay } from './draw-delay.ts';
import type { Due } from './event-heap.ts';
import { type Flow, flowsOf } from './flow.ts';
import { receivePacket, sendPacket } from './packet-path.ts';
import type { TrafficPlan } from './scenario.ts';
import type { World } from './world.ts';

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
