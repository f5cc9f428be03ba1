import type {
  EspPacket,
  InnerPacket,
  KernelProfile,
  XfrmState,
} from '../../../model/xfrm/index.ts';
import { xfrmCounters } from '../../../model/xfrm/index.ts';
import type { KernelState } from '../netlink/state-dump.ts';
import { openEsp } from '../wire/esp-payload.ts';
import type { KeyLookup } from '../wire/esp-payload.ts';
import { espProtocol, readPacket, type SeenPacket, udpProtocol } from '../wire/ip-packet.ts';

/** What one step showed, in words that are the same for the model and the kernel. */
export interface Observation {
  /** What the request, or sendto, answered; empty where there is no answer. */
  readonly answer: string;
  readonly delivered: number;
  readonly transmitted: readonly string[];
  /** All that are not zero, as `NAME=VALUE`. */
  readonly counters: readonly string[];
  readonly states: readonly string[];
}

export function sameObservation(a: Observation, b: Observation): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function counterTexts(values: readonly number[], { counters }: KernelProfile): string[] {
  return xfrmCounters
    .slice(0, counters)
    .map((name, index) => [name, values[index] ?? 0] as const)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${name}=${value}`);
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

export function kernelStateText(state: KernelState): string {
  const { mark, window } = state;
  return [
    `${state.source}>${state.destination} spi ${state.spi} reqid ${state.reqid} ${state.mode}`,
    `mark ${hex(mark.value)}/${hex(mark.mask)}`,
    `${state.bytes} octets ${state.packets} packets`,
    `replay-window ${state.replayWindow} replay ${state.replay} failed ${state.failed}`,
    `out ${window.outputHigh}:${window.output} in ${window.inputHigh}:${window.input}`,
    `seen ${window.bitmap.map(hex).join(' ')}`,
  ].join(', ');
}

export function modelStateText(state: XfrmState): string {
  const { shape, statistics, activity } = state;
  const { replay } = shape;
  const ring = activity?.ring ?? new Uint32Array(Math.ceil(replay.window / 32));
  return kernelStateText({
    source: state.source.text,
    destination: state.destination.text,
    spi: state.spi,
    reqid: shape.reqid,
    mode: shape.mode,
    mark: state.mark,
    bytes: statistics.bytes,
    packets: statistics.packets,
    replayWindow: statistics.replayWindow,
    replay: statistics.replay,
    failed: statistics.failed,
    window: {
      output: statistics.outputLow,
      outputHigh: statistics.outputHigh,
      input: statistics.inputLow,
      inputHigh: statistics.inputHigh,
      bitmap: replay.kind === 'legacy' ? [activity?.legacyBitmap ?? 0] : Array.from(ring),
    },
  });
}

/** A packet that the model let out. */
export type ModelPacket = InnerPacket | EspPacket;

export function modelPacketText(packet: ModelPacket): string {
  if (!('spi' in packet)) {
    if (packet.nested !== undefined) return modelPacketText(packet.nested);
    return clearText(packet.source.text, packet.destination.text, packet.protocol, packet.length);
  }
  const { source, destination, spi, sequence, mode, inner } = packet;
  const udp = packet.encapsulation === undefined ? '' : ' in UDP';
  const content = mode === 'tunnel' ? modelPacketText(inner) : 'payload';
  return `${source.text}>${destination.text} ESP${udp} spi ${spi} number ${sequence} [${content}]`;
}

function clearText(source: string, destination: string, protocol: number, length: number): string {
  return `${source}>${destination} protocol ${protocol} ${length} octets`;
}

/** A packet that the kernel let out, opened with what the model says it was closed with. */
export function kernelPacketText(
  bytes: Buffer,
  hint: ModelPacket | undefined,
  keys: KeyLookup,
): string {
  const seen = readPacket(bytes);
  const { source, destination, protocol, payload } = seen;
  const esp = espOf(hint);
  if (protocol === espProtocol) return espText(seen, payload, '', esp, keys);
  if (protocol === udpProtocol && esp?.encapsulation !== undefined) {
    return espText(seen, payload.subarray(8), ' in UDP', esp, keys);
  }
  return clearText(source.text, destination.text, protocol, bytes.length);
}

/** The ESP that a packet is, or that one inside another is. */
function espOf(hint: ModelPacket | undefined): EspPacket | undefined {
  return hint === undefined || 'spi' in hint ? hint : hint.nested;
}

function espText(
  { source, destination }: SeenPacket,
  payload: Buffer,
  udp: string,
  hint: EspPacket | undefined,
  keys: KeyLookup,
): string {
  const spi = payload.readUInt32BE(0);
  const sequence = payload.readUInt32BE(4);
  const head = `${source.text}>${destination.text} ESP${udp} spi ${spi} number ${sequence}`;
  if (hint === undefined) return `${head} [not opened]`;
  const opened = openEsp(payload, keys(hint.key), hint.sequenceHigh, hint.icvBits);
  if (opened === undefined) return `${head} [the model's key and number do not open it]`;
  if (hint.mode === 'transport') return `${head} [payload]`;
  return `${head} [${kernelPacketText(opened.content, hint.inner, keys)}]`;
}

/** Puts fragments, which leave one after the other, together again. */
export function reassembled(packets: readonly Buffer[]): readonly Buffer[] {
  const whole: Buffer[] = [];
  for (const bytes of packets) {
    const { isFragment, fragmentOffset, payload } = readPacket(bytes);
    const last = whole.at(-1);
    if (isFragment && fragmentOffset > 0 && last !== undefined) {
      whole[whole.length - 1] = Buffer.concat([last, payload]);
    } else {
      whole.push(bytes);
    }
  }
  return whole;
}
