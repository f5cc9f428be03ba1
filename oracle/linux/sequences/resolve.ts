import type { Address } from '../../../model/address.ts';
import { unreachable } from '../../../model/assert.ts';
import type {
  EspDamage,
  EspPacket,
  InnerPacket,
  KernelName,
  KeyHandle,
  Mark,
  StateConfig,
  Xfrm,
  XfrmState,
} from '../../../model/xfrm/index.ts';
import { listenerPort } from '../kernel-space.ts';
import { type Draft, type DraftEsp, type DraftSend, seedFor } from './draft.ts';
import { ownAddresses, place } from './layout.ts';
import type { ModelRun } from './model-run.ts';
import { arriving, type Operation } from './operation.ts';
import { sequenceKeys } from './sequence-keys.ts';

const wrap = 1n << 32n;
const numbers = 1n << 64n;
const udp = 17;
const ipv6InIp = 41;
/** Not the listener's, which is taken. */
const senderPort = 1009;
/** What is left of the 16 marks that packets have where a state says nothing. */
const strayMark = 0x4000_0000;

/** What a draft means now. Undefined: there is nothing that it could aim at. */
export function resolve(draft: Draft, { xfrm }: ModelRun): Operation | undefined {
  const states = [...xfrm.states()];
  switch (draft.kind) {
    case 'addState':
    case 'addPolicy':
    case 'upsertPolicy':
    case 'flush':
    case 'passSeconds':
      return draft;
    case 'allocateSpi': // no key manager asks for the SPI 0
      return draft.state.spi === 0 ? undefined : draft;
    case 'setDefaults': {
      const [input, forward, output] = draft.blocked;
      return { kind: 'setDefaults', blocked: { in: input, fwd: forward, out: output } };
    }
    case 'changeState':
    case 'deleteState':
    case 'replaceSequence':
      return ofState(draft, at(states, draft.aim), xfrm);
    case 'deletePolicy': {
      const policy = at([...xfrm.policies()], draft.aim);
      if (policy === undefined) return undefined;
      const { direction, selector, mark } = policy;
      return { kind: 'deletePolicy', identity: { direction, selector, mark } };
    }
    default:
      return packetOperation(draft, states, xfrm.profile.name);
  }
}

function at<T>(list: readonly T[], aim: number): T | undefined {
  return list.length === 0 ? undefined : list[aim % list.length];
}

function ofState(
  draft: Extract<Draft, { kind: 'changeState' | 'deleteState' | 'replaceSequence' }>,
  state: XfrmState | undefined,
  xfrm: Xfrm,
): Operation | undefined {
  if (state === undefined) return undefined;
  const { destination, spi, mark, shape } = state;
  const identity = { destination, spi, mark };
  switch (draft.kind) {
    case 'changeState':
      return { kind: 'updateState', state: changed(state, draft.change) };
    case 'deleteState':
      return { kind: 'deleteState', identity: { ...identity, mark: draft.mark ?? mark } };
    case 'replaceSequence':
      // The request has the form of this state's window, so it must not hit another.
      return state.validity === 'valid' && xfrm.getState(identity) === state
        ? { kind: 'replaceSequence', identity, shape, seed: seedFor(shape.replay, draft.seed) }
        : undefined;
    default:
      return unreachable(draft);
  }
}

/** UPDSA for a state that is there; a larval one has no key and no encapsulation to keep. */
function changed(state: XfrmState, change: Partial<StateConfig['shape']>): StateConfig {
  const { source, destination, spi, markValue, shape } = state;
  const encapsulation = shape.encapsulation ?? change.encapsulation;
  return {
    source,
    destination,
    spi,
    markValue,
    key: sequenceKeys[0] as KeyHandle,
    shape: {
      ...shape,
      ...change,
      mode: shape.mode,
      reqid: shape.reqid,
      markMask: shape.markMask,
      ...(encapsulation === undefined ? {} : { encapsulation }),
    },
  };
}

function packetOperation(
  draft: Extract<Draft, { kind: 'send' | `receive${string}` }>,
  states: readonly XfrmState[],
  kernel: KernelName,
): Operation | undefined {
  switch (draft.kind) {
    case 'send':
      return sendOperation(draft.send, draft.race, states);
    case 'receivePlain':
      return { kind: 'receive', packet: datagram(place.remotePod, draft.to), mark: draft.mark };
    case 'receiveBadChecksum':
      // Older kernels do not test, newer ones refuse the packet on its arrival.
      if (kernel !== '6.1') return undefined;
      return {
        kind: 'receiveBadChecksum',
        packet: datagram(place.ownPod, place.remotePod),
        mark: draft.mark,
      };
    case 'receiveEsp': {
      const target = receiving(states, draft.esp.aim);
      if (target === undefined) return undefined;
      const packet = nested(draft.esp, target, states, draft.depth);
      return { kind: 'receive', packet, mark: markFor(target, draft.esp) };
    }
    case 'receiveBurst': {
      const target = receiving(states, draft.esp.aim);
      if (target === undefined) return undefined;
      const packets = Array.from({ length: draft.count }, (_, index) =>
        arriving(espFor({ ...draft.esp, ahead: draft.esp.ahead + index }, target)),
      );
      return { kind: 'receiveTogether', packets, mark: markFor(target, draft.esp) };
    }
    default:
      return unreachable(draft);
  }
}

function receiving(states: readonly XfrmState[], aim: number): XfrmState | undefined {
  return at(
    states.filter(({ destination }) => ownAddresses.has(destination)),
    aim,
  );
}

function datagram(source: Address, destination: Address): InnerPacket {
  return {
    source,
    destination,
    protocol: udp,
    length: 52,
    sourcePort: listenerPort,
    destinationPort: listenerPort,
  };
}

function markFor(state: XfrmState, { wrongMark }: DraftEsp): number {
  return ((state.markValue | strayMark) ^ (wrongMark ? 0x100 : 0)) >>> 0;
}

/** ESP inside ESP: each layer for the next state in the list. */
function nested(
  draft: DraftEsp,
  target: XfrmState,
  states: readonly XfrmState[],
  depth: number,
): InnerPacket {
  if (depth <= 1 || target.shape.mode === 'transport') return arriving(espFor(draft, target));
  const next = receiving(states, draft.aim + 1) ?? target;
  const shifted = { ...draft, aim: draft.aim + 1, ahead: draft.ahead + (next === target ? 1 : 0) };
  const inner = nested(shifted, next, states, depth - 1);
  // Damage is done to the innermost packet, whose length it is made for.
  return arriving({ ...espFor({ ...draft, damage: undefined }, target), inner });
}

function espFor(draft: DraftEsp, state: XfrmState): EspPacket {
  const { shape, statistics, source, destination, spi, key } = state;
  const isEsn = shape.replay.kind === 'esn';
  const top = BigInt(statistics.inputHigh) * wrap + BigInt(statistics.inputLow);
  const number = (top + BigInt(draft.ahead) + BigInt(draft.wraps) * wrap + numbers) % numbers;
  const from = source === place.anywhere ? place.remote : source;
  const known = key < 0 ? (sequenceKeys[0] as KeyHandle) : key;
  const packet: EspPacket = {
    source: from,
    destination,
    spi: draft.wrongSpi ? spi + 1 : spi,
    sequence: Number(number % wrap),
    sequenceHigh: isEsn ? Number(number / wrap) : undefined,
    key: draft.wrongKey ? (((known + 1) % sequenceKeys.length) as KeyHandle) : known,
    icvBits: draft.icvBits ?? (shape.icvBits === 0 ? 128 : shape.icvBits),
    mode: shape.mode,
    inner:
      shape.mode === 'tunnel' ? datagram(place.remotePod, draft.to) : datagram(from, destination),
  };
  const damage = shape.mode === 'tunnel' ? draft.damage : transportDamage(draft.damage);
  return damage === undefined ? packet : { ...packet, damage };
}

/**
 * In transport mode, another next header is another protocol: that nobody here speaks it is ICMP's
 * affair, not that of XFRM.
 */
function transportDamage(damage: EspDamage | undefined): EspDamage | undefined {
  return damage?.kind === 'nextHeader' && damage.nextHeader === ipv6InIp ? undefined : damage;
}

function sendOperation(
  draft: DraftSend,
  race: boolean,
  states: readonly XfrmState[],
): Operation | undefined {
  const target = draft.aim === undefined ? undefined : sending(states, draft.aim);
  const mark = target === undefined ? draft.mark : markOf(target.mark);
  const { from, to, length, dontFragment } = draft;
  const packet: InnerPacket = {
    source: from,
    destination: to,
    protocol: udp,
    length: dontFragment ? Math.min(length, 1500) : length,
    sourcePort: senderPort,
    destinationPort: listenerPort,
    dontFragment,
  };
  if (!race) return { kind: 'send', packet, mark };
  const victim = sending(states, draft.aim ?? 0);
  if (victim === undefined || !isUnhindered(victim)) return { kind: 'send', packet, mark };
  const identity = { destination: victim.destination, spi: victim.spi, mark: victim.mark };
  const short = { ...packet, length: Math.min(length, 1000) };
  return { kind: 'sendAndDelete', packet: short, mark, identity };
}

function sending(states: readonly XfrmState[], aim: number): XfrmState | undefined {
  return at(
    states.filter(({ destination }) => !ownAddresses.has(destination)),
    aim,
  );
}

function markOf({ value }: Mark): number {
  return (value | strayMark) >>> 0;
}

/** A state that would have let any packet through: only then is the race the reason of a drop. */
function isUnhindered({ shape, statistics, validity }: XfrmState): boolean {
  return validity === 'valid' && shape.lifetime === undefined && statistics.outputLow < 0xffff_ffff;
}
