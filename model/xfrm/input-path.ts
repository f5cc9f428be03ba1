import type { Microseconds } from '../time.ts';
import type { StateActivity } from './activity.ts';
import type { XfrmCounter } from './counters.ts';
import { decrypt } from './decryption.ts';
import { protectedOctets } from './esp-size.ts';
import type { Kernel } from './kernel.ts';
import { account, withinLimits } from './lifetime.ts';
import { applyMark } from './mark.ts';
import { decapsulate } from './decapsulation.ts';
import type { EspPacket } from './packet.ts';
import type { PathMemory } from './path-memory.ts';
import { maximumDepth } from './policy-table.ts';
import { advanceReplay, passesReplay } from './replay/replay-window.ts';
import type { InputResult } from './result-kinds.ts';
import { activityOf, type XfrmState } from './state.ts';

/** SPI and sequence number: what must be there before anything else is looked at. */
const shortestHeader = 8;

/**
 * What a kernel does to an ESP packet that is addressed to it. The order of the tests is the
 * kernel's, since the first that fails names the counter.
 * Source: Linux 6.1, net/xfrm/xfrm_input.c, xfrm_input.
 */
export class InputPath {
  readonly #kernel: Kernel;
  #lastCacheRank = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  receive(
    packet: EspPacket,
    mark: number,
    now: Microseconds,
    outer: readonly XfrmState[],
    memory?: PathMemory,
  ): InputResult {
    if (isHeaderCut(packet)) return this.#drop('XfrmInHdrError');
    if (outer.length >= maximumDepth) return this.#drop('XfrmInBufferError');
    const known = memory?.stateToReceive(this.#kernel, packet, mark);
    const state = known ?? this.#find(packet, mark);
    if (state === undefined) return this.#drop('XfrmInNoStates');
    const activity = activityOf(state);
    const failure = this.#admit(packet, state, activity, now) ?? authenticate(packet, state);
    if (failure !== undefined) return this.#drop(failure);
    advanceReplay(activity, state.shape.replay, packet.sequence);
    account(activity, protectedOctets(packet.mode, packet.inner));
    const inner = decapsulate(packet, state, this.#kernel.profile);
    if (inner === 'modeError') return this.#drop('XfrmInStateModeError');
    if (inner === 'discarded') return { kind: 'dropped', counter: undefined };
    if (known === undefined) memory?.note(this.#kernel, packet.inner, mark, state);
    const { outputMark } = state.shape;
    return {
      kind: 'decrypted',
      inner,
      mark: outputMark === undefined ? mark : applyMark(outputMark, mark),
      secpath: outer.length === 0 ? [state] : [...outer, state],
    };
  }

  #find(packet: EspPacket, mark: number): XfrmState | undefined {
    const { states } = this.#kernel;
    if (!this.#kernel.profile.cachesInputStates) {
      return states.find(packet.destination, packet.spi, mark);
    }
    const state = states.findUsedFirst(packet.destination, packet.spi, mark);
    if (state?.validity === 'valid') this.#cache(activityOf(state));
    return state;
  }

  /** A state found again keeps its place. */
  #cache(activity: StateActivity): void {
    if (activity.cacheRank > 0) return;
    this.#lastCacheRank += 1;
    activity.cacheRank = this.#lastCacheRank;
  }

  /** The tests before decryption. Undefined if all pass. */
  #admit(
    packet: EspPacket,
    state: XfrmState,
    activity: StateActivity,
    now: Microseconds,
  ): XfrmCounter | undefined {
    const { shape } = state;
    if (this.#kernel.profile.enforcesDirection && shape.direction === 'out') {
      return 'XfrmInStateDirError';
    }
    if (state.validity === 'acquire') return 'XfrmAcquireError';
    if (state.validity !== 'valid') return 'XfrmInStateInvalid';
    if (packet.encapsulation !== shape.encapsulation) return 'XfrmInStateMismatch';
    if (!passesReplay(activity, shape.replay, packet.sequence)) return 'XfrmInStateSeqError';
    if (withinLimits(state, activity)) return undefined;
    this.#kernel.timers.arm(state, now + 1);
    return 'XfrmInStateExpired';
  }

  #drop(counter: XfrmCounter): InputResult {
    this.#kernel.counters.increment(counter);
    return { kind: 'dropped', counter };
  }
}

function isHeaderCut({ damage }: EspPacket): boolean {
  return damage?.kind === 'truncated' && damage.octetsAfterIpHeader < shortestHeader;
}

/** Every error of ESP itself has one counter; a wrong ICV is also noted at the state. */
function authenticate(packet: EspPacket, state: XfrmState): XfrmCounter | undefined {
  const verdict = decrypt(packet, state);
  if (verdict === 'authentic') return undefined;
  if (verdict === 'wrongIcv') activityOf(state).failed += 1;
  return 'XfrmInStateProtoError';
}
