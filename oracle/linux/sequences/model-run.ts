import { unreachable } from '../../../model/assert.ts';
import { millisecond, second, type Microseconds } from '../../../model/time.ts';
import {
  type Errno,
  type InnerPacket,
  type KernelProfile,
  type OutputResult,
  type StateIdentity,
  Xfrm,
  xfrmCounters,
  type XfrmState,
} from '../../../model/xfrm/index.ts';
import { listenerPort } from '../kernel-space.ts';
import { ownAddresses, sequenceRoutes } from './layout.ts';
import {
  counterTexts,
  type ModelPacket,
  modelPacketText,
  modelStateText,
  type Observation,
} from './observation.ts';
import type { Operation } from './operation.ts';

/** The model, with as much of a network namespace around it as packets can tell. */
export class ModelRun {
  readonly xfrm: Xfrm;
  now: Microseconds = 10 * second;
  /** What left in the last step. */
  transmitted: ModelPacket[] = [];
  #delivered = 0;
  readonly #history: Operation[] = [];

  constructor(profile: KernelProfile) {
    this.xfrm = new Xfrm(profile, sequenceRoutes);
  }

  /** Performs one operation; timers that are due at once have run then. */
  step(operation: Operation): Observation {
    this.transmitted = [];
    this.#delivered = 0;
    this.#pass(millisecond);
    const answer = this.#perform(operation);
    this.#pass(millisecond);
    this.#history.push(operation);
    return {
      answer,
      delivered: this.#delivered,
      transmitted: this.transmitted.map(modelPacketText),
      counters: counterTexts(
        xfrmCounters.map((name) => this.xfrm.counter(name)),
        this.xfrm.profile,
      ),
      states: Array.from(this.xfrm.states(), modelStateText).sort(),
    };
  }

  #pass(time: Microseconds): void {
    this.now += time;
    this.xfrm.advance(this.now);
  }

  #perform(operation: Operation): Errno | '' {
    const { xfrm, now } = this;
    switch (operation.kind) {
      case 'addState':
        return xfrm.addState(operation.state, now);
      case 'updateState':
        return xfrm.updateState(operation.state);
      case 'deleteState':
        return xfrm.deleteState(operation.identity);
      case 'allocateSpi':
        return xfrm.allocateSpi(operation.state, now);
      case 'replaceSequence':
        return xfrm.replaceSequence(operation.identity, operation.seed);
      case 'addPolicy':
        return xfrm.addPolicy(operation.policy);
      case 'upsertPolicy':
        return xfrm.upsertPolicy(operation.policy);
      case 'deletePolicy':
        return xfrm.deletePolicy(operation.identity);
      case 'send':
        return this.#send(operation.packet, operation.mark);
      case 'sendAndDelete':
        return this.#sendAndDelete(operation.packet, operation.mark, operation.identity);
      default:
        this.#happen(operation);
        return '';
    }
  }

  /** What has no answer. */
  #happen(
    operation: Extract<
      Operation,
      {
        kind:
          | 'setDefaults'
          | 'flush'
          | 'passSeconds'
          | 'receive'
          | 'receiveTogether'
          | 'receiveBadChecksum';
      }
    >,
  ): void {
    const { xfrm } = this;
    switch (operation.kind) {
      case 'setDefaults':
        for (const direction of ['in', 'fwd', 'out'] as const) {
          xfrm.setDefaultAction(direction, operation.blocked[direction] ? 'block' : 'allow');
        }
        return;
      case 'flush':
        xfrm.flush();
        return;
      case 'passSeconds':
        this.#pass(operation.seconds * second);
        return;
      case 'receive':
        this.#receive(operation.packet, operation.mark);
        return;
      case 'receiveTogether':
        for (const packet of operation.packets) this.#receive(packet, operation.mark);
        return;
      case 'receiveBadChecksum':
        this.#receiveBadChecksum(operation.packet, operation.mark);
        return;
      default:
        unreachable(operation);
    }
  }

  #send(packet: InnerPacket, mark: number): Errno {
    const result = this.xfrm.output(packet, mark, this.now);
    if (result.kind === 'dropped') return result.errno;
    this.transmitted.push(result.kind === 'clear' ? packet : result.packet);
    return 'ok';
  }

  /**
   * The model sends in one step. A packet that took its number from the state that is deleted now
   * had not done so in the kernel; that it did not leave is a race, which the model counts as told.
   */
  #sendAndDelete(packet: InnerPacket, mark: number, identity: StateIdentity): Errno {
    const state = this.xfrm.getState(identity);
    const before = state?.statistics.packets;
    const answer = this.#send(packet, mark);
    this.xfrm.deleteState(identity);
    if (state === undefined || state.statistics.packets === before) return answer;
    this.xfrm.countRace('XfrmOutStateInvalid');
    this.transmitted.pop();
    return 'EINVAL';
  }

  #receive(packet: InnerPacket, mark: number, outer: readonly XfrmState[] = []): void {
    if (!ownAddresses.has(packet.destination)) {
      this.#forward(packet, mark, outer);
    } else if (packet.nested !== undefined) {
      const result = this.xfrm.input(packet.nested, mark, this.now, outer);
      if (result.kind === 'dropped') return;
      const isTunnel = result.secpath.at(-1)?.shape.mode === 'tunnel';
      if (isTunnel) this.#receive(result.inner, result.mark, result.secpath);
      else this.#deliver(result.inner, result.mark, result.secpath);
    } else {
      this.#deliver(packet, mark, outer);
    }
  }

  #deliver(packet: InnerPacket, mark: number, outer: readonly XfrmState[]): void {
    if (packet.nested !== undefined) {
      this.#receive(packet, mark, outer);
      return;
    }
    if (this.xfrm.checkPolicy('in', packet, mark, outer) !== undefined) return;
    if (packet.destinationPort === listenerPort) this.#delivered += 1;
  }

  #forward(packet: InnerPacket, mark: number, outer: readonly XfrmState[]): void {
    if (this.xfrm.checkPolicy('fwd', packet, mark, outer) !== undefined) return;
    if (sequenceRoutes.route(packet.source, packet.destination, mark) !== 'ok') return;
    this.#send(packet, mark);
  }

  /**
   * Before a packet is encrypted its checksum is finished, which fails here; what happens before
   * that, happens as ever. The model has no checksums, so a second one that did all the same tells
   * how far this packet would get.
   * Source: Linux 6.1, net/xfrm/xfrm_output.c, xfrm_output.
   */
  #receiveBadChecksum(packet: InnerPacket, mark: number): void {
    if (this.xfrm.checkPolicy('fwd', packet, mark, []) !== undefined) return;
    const twin = new ModelRun(this.xfrm.profile);
    for (const operation of this.#history) twin.step(operation);
    const result = twin.xfrm.output(packet, mark, twin.now);
    if (result.kind === 'encrypted' || transformFailed(result)) {
      this.xfrm.countRace('XfrmOutError');
    } else {
      this.#send(packet, mark);
    }
  }
}

function transformFailed(result: OutputResult): boolean {
  return result.kind === 'dropped' && /^XfrmOutState[A-Z]/.test(result.counter ?? '');
}
