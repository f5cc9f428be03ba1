import type { Address } from '../address.ts';
import type { Microseconds } from '../time.ts';
import type { StateActivity } from './activity.ts';
import type { Template } from './config.ts';
import type { XfrmCounter } from './counters.ts';
import type { Errno } from './errno.ts';
import { espOctets, protectedOctets, tunnelMtu } from './esp-size.ts';
import type { Kernel } from './kernel.ts';
import { account, withinLimits } from './lifetime.ts';
import { applyMark } from './mark.ts';
import type { EspPacket, InnerPacket } from './packet.ts';
import type { PathMemory } from './path-memory.ts';
import type { XfrmPolicy } from './policy.ts';
import { maximumDepth } from './policy-table.ts';
import { takeOutputNumber } from './replay/output-number.ts';
import type { OutputDrop, OutputResult } from './result-kinds.ts';
import { isUnspecified, type NoState, StateChooser, unspecifiedAddress } from './state-chooser.ts';
import { activityOf, type XfrmState } from './state.ts';

const clear: OutputResult = { kind: 'clear' };
const espProtocol = 50;
/** IP_MAX_MTU: the longest IPv4 packet, in octets. */
const longestPacket = 65_535;

/**
 * What a kernel does to a packet that it sends or forwards: policy, states, ESP.
 * Source: Linux 6.1, net/xfrm/xfrm_policy.c, xfrm_lookup_with_ifid; net/xfrm/xfrm_output.c,
 * xfrm_output_one.
 */
export class OutputPath {
  readonly #kernel: Kernel;
  readonly #chooser: StateChooser;
  /**
   * The states for the packet in hand, innermost first: the first `#depth` of them. Kept from packet
   * to packet, since V8 would make a new array after each.
   */
  readonly #bundle: XfrmState[] = [];
  #depth = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#chooser = new StateChooser(kernel.states);
  }

  send(packet: InnerPacket, mark: number, now: Microseconds, memory?: PathMemory): OutputResult {
    const known = memory?.stateToSend(this.#kernel, packet, mark);
    if (known !== undefined) {
      this.#bundle[0] = known;
      this.#depth = 1;
      return this.#transformAll(packet, mark, now);
    }
    const policy = this.#kernel.policies.lookup('out', packet, mark);
    if (policy === undefined) {
      return this.#kernel.blockedByDefault.out ? this.#drop(undefined, 'EPERM') : clear;
    }
    const { action, templates } = policy.shape;
    if (action === 'block') return this.#drop('XfrmOutPolBlock', 'EPERM');
    if (templates.length === 0) return clear;
    if (templates.length >= maximumDepth) return this.#drop('XfrmOutPolError', 'ENOBUFS');
    const failure = this.#resolve(policy, packet, now) ?? this.#routeBundle();
    if (failure !== undefined) return failure;
    if (this.#depth === 1) memory?.note(this.#kernel, packet, mark, this.#bundle[0] as XfrmState);
    return this.#depth === 0 ? clear : this.#transformAll(packet, mark, now);
  }

  /** Finds the states for all templates, in their order. Undefined if it found them. */
  #resolve(policy: XfrmPolicy, packet: InnerPacket, now: Microseconds): OutputDrop | undefined {
    const { templates } = policy.shape;
    this.#depth = 0;
    let { source, destination } = packet;
    for (let i = 0; i < templates.length; i += 1) {
      const template = templates[i] as Template;
      let [remote, local] = [destination, source];
      if (template.mode === 'tunnel') {
        remote = policy.templateDestination(i) ?? unspecifiedAddress(packet.destination.family);
        const chosen = this.#tunnelSource(policy.templateSource(i), remote);
        if (chosen === undefined) return this.#drop('XfrmOutPolError', 'EHOSTUNREACH');
        local = chosen;
      }
      const found = this.#chooser.choose(template, remote, local, policy.markBits, packet);
      if (typeof found === 'string') {
        if (found === 'missing') this.#kernel.acquire(template, remote, local, policy, now);
        if (!template.optional) return this.#withoutState(found);
      } else if (this.#isForInput(found)) {
        this.#kernel.counters.increment('XfrmOutStateDirError');
        return this.#drop('XfrmOutPolError', 'EINVAL');
      } else {
        this.#bundle[this.#depth] = found;
        this.#depth += 1;
        // The next transformation is of what this one makes; one that is left out changes nothing.
        [destination, source] = [remote, local];
      }
    }
    return undefined;
  }

  #tunnelSource(wanted: Address | undefined, destination: Address): Address | undefined {
    const named = wanted !== undefined && !isUnspecified(wanted);
    return named ? wanted : this.#kernel.routes.sourceFor(destination);
  }

  #isForInput(state: XfrmState): boolean {
    return this.#kernel.profile.enforcesDirection && state.shape.direction === 'in';
  }

  #withoutState(reason: NoState): OutputDrop {
    return reason === 'spiTaken'
      ? this.#drop('XfrmOutPolError', 'EEXIST')
      : this.#drop('XfrmOutNoStates', 'ok');
  }

  /**
   * The outer packets need a route; they are routed with mark 0 unless a state sets a mark.
   * Source: Linux 6.1, net/xfrm/xfrm_policy.c, xfrm_bundle_create.
   */
  #routeBundle(): OutputDrop | undefined {
    for (let i = 0; i < this.#depth; i += 1) {
      const state = this.#bundle[i] as XfrmState;
      if (state.shape.mode === 'transport') continue;
      const { outputMark } = state.shape;
      const mark = outputMark === undefined ? 0 : applyMark(outputMark, 0);
      const errno = this.#kernel.routes.route(state.source, state.destination, mark);
      if (errno !== 'ok') return this.#drop('XfrmOutBundleGenError', errno);
    }
    return undefined;
  }

  #transformAll(packet: InnerPacket, packetMark: number, now: Microseconds): OutputResult {
    let mark = packetMark;
    let inner = packet;
    let last: EspPacket | undefined;
    for (let i = 0; i < this.#depth; i += 1) {
      const state = this.#bundle[i] as XfrmState;
      const { outputMark } = state.shape;
      if (outputMark !== undefined) mark = applyMark(outputMark, mark);
      if (last !== undefined) inner = nest(last);
      const refusal = this.#refuse(state, inner, now);
      if (refusal !== undefined) return refusal;
      last = encapsulate(state, activityOf(state), inner);
      if (last.encapsulation !== undefined && espOctets(last) > longestPacket) {
        return this.#drop('XfrmOutStateProtoError', 'EMSGSIZE');
      }
    }
    return { kind: 'encrypted', packet: last as EspPacket, mark };
  }

  /** The tests before encryption. If all pass, the packet has its number and is accounted. */
  #refuse(state: XfrmState, inner: InnerPacket, now: Microseconds): OutputDrop | undefined {
    const { shape } = state;
    if (inner.dontFragment === true && this.#isTooLong(state, inner)) {
      return this.#drop('XfrmOutStateModeError', 'EMSGSIZE');
    }
    const activity = activityOf(state);
    if (!withinLimits(state, activity)) {
      this.#kernel.timers.arm(state, now + 1);
      return this.#drop('XfrmOutStateExpired', 'EINVAL');
    }
    if (!takeOutputNumber(activity, shape)) return this.#drop('XfrmOutStateSeqError', 'EOVERFLOW');
    account(activity, protectedOctets(shape.mode, inner));
    return undefined;
  }

  #isTooLong(state: XfrmState, inner: InnerPacket): boolean {
    const { shape, destination } = state;
    if (shape.mode === 'transport') return false;
    const limit = tunnelMtu(this.#kernel.routes.mtu(destination), destination, shape);
    return inner.length > limit;
  }

  #drop(counter: XfrmCounter | undefined, errno: Errno): OutputDrop {
    if (counter !== undefined) this.#kernel.counters.increment(counter);
    return { kind: 'dropped', counter, errno };
  }
}

function encapsulate(state: XfrmState, activity: StateActivity, inner: InnerPacket): EspPacket {
  const { shape } = state;
  const tunnel = shape.mode === 'tunnel';
  const packet = {
    source: tunnel ? state.source : inner.source,
    destination: tunnel ? state.destination : inner.destination,
    spi: state.spi,
    sequence: activity.outputLow,
    sequenceHigh: shape.replay.kind === 'esn' ? activity.outputHigh : undefined,
    key: state.key,
    icvBits: shape.icvBits,
    mode: shape.mode,
    inner,
  };
  const { encapsulation } = shape;
  return encapsulation === undefined ? packet : { ...packet, encapsulation };
}

/** An ESP packet as the payload of the next state. */
function nest(packet: EspPacket): InnerPacket {
  const { source, destination } = packet;
  return { source, destination, protocol: espProtocol, length: espOctets(packet), nested: packet };
}
