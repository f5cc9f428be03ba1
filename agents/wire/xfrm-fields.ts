import { z } from 'zod';
import { address as parsedAddress, prefix as parsedPrefix } from '../../model/address.ts';
import { type KernelRefusal, kernelRefusal } from '../../model/secret/index.ts';
import type {
  KeyHandle,
  Mark,
  PolicyConfig,
  ReplayShape,
  Selector,
  StateConfig,
  StateShape,
  Template,
} from '../../model/xfrm/index.ts';
import {
  address,
  flag,
  list,
  mark,
  prefix,
  record,
  requestId,
  spi,
  text,
  whole,
  word,
  writePrefix,
} from './fields.ts';
import type { KeyBook, WireKey } from './key-book.ts';

const hex = (description: string) =>
  z
    .string({ error: 'hexadecimal digits' })
    .regex(/^(?:[0-9a-fA-F]{2})*$/, { error: 'hexadecimal digits, two for each byte' })
    .meta({ description });

const mode = word('The mode; Cilium uses tunnel.', ['tunnel', 'transport']);
const u32 = (description: string) => whole(description, 0, 0xffff_ffff);

/** An ESP state: the fields of netlink.XfrmState that Cilium sets. */
export const xfrmState = record('An ESP state (netlink.XfrmState, NEWSA).', {
  src: address('The outer source address.'),
  dst: address('The outer destination address.'),
  spi: spi('The SPI: the key ID.'),
  mode,
  reqid: requestId('The request ID.'),
  mark: mark.optional(),
  outputMark: mark.optional(),
  esn: flag('64-bit sequence numbers.').optional(),
  replayWindow: whole('Packets; 0: no check.', 0, 4096).optional(),
  aead: record('An AEAD algorithm and its key.', {
    name: text('rfc4106(gcm(aes)), for one.'),
    key: hex('The key.'),
    icvLen: whole('Bits.', 0, 512),
  }).optional(),
  auth: record('An authentication algorithm and its key.', {
    name: text('hmac(sha256), for one.'),
    key: hex('The key.'),
    truncateLen: whole('Bits; the kernel cuts to 96 where it is not given.', 0, 512).optional(),
  }).optional(),
  crypt: record('A cipher and its key.', {
    name: text('cbc(aes).'),
    key: hex('The key.'),
  }).optional(),
  ifid: u32('The interface ID.').optional(),
  replay: record('Sequence numbers to start with (xfrm_replay_state).', {
    oseq: u32('The last one sent.'),
    oseqHi: u32('Its upper half.').optional(),
    seq: u32('The top of the window.').optional(),
    seqHi: u32('Its upper half.').optional(),
  }).optional(),
});

/** What names a state: GETSA and DELSA, which do not look at the source. */
export const stateName = {
  src: address('The outer source address.'),
  dst: address('The outer destination address.'),
  spi: spi('The SPI.'),
  mark: mark.optional(),
};

const selectorShape = {
  src: prefix('The source prefix of the selector.'),
  dst: prefix('The destination prefix of the selector.'),
};

/** What names a policy: priority, action and templates play no part. */
export const policyName = {
  dir: word('The direction.', ['in', 'fwd', 'out']),
  ...selectorShape,
  mark: mark.optional(),
  ifid: u32('The interface ID.').optional(),
};

/** A policy: the fields of netlink.XfrmPolicy that Cilium sets. */
export const xfrmPolicy = record('A policy (netlink.XfrmPolicy, UPDPOLICY).', {
  ...policyName,
  priority: u32('The lowest number wins.'),
  action: word('What becomes of the packet.', ['allow', 'block']),
  tmpls: list(
    'The templates.',
    record('One transformation that the policy demands (netlink.XfrmPolicyTmpl).', {
      src: address('Absent: every address.').optional(),
      dst: address('Absent: every address.').optional(),
      spi: spi('0: every SPI.'),
      reqid: requestId('The request ID.'),
      mode,
      optional: flag('Whether the packet may lack it.'),
    }),
  ),
});

type ReadState = z.output<typeof xfrmState>;
type ReadPolicy = z.output<typeof xfrmPolicy>;
export type WireState = z.input<typeof xfrmState>;
export type WirePolicy = z.input<typeof xfrmPolicy>;

const anything: Mark = { value: 0, mask: 0 };
/** What the kernel cuts an ICV to where the request names no length (net/xfrm/xfrm_algo.c). */
const icvBitsByDefault = 96;

/** What the schema makes of a state's message that is known to fit it. */
export function readState(state: WireState): ReadState {
  return { ...state, src: parsedAddress(state.src), dst: parsedAddress(state.dst) };
}

/** The same of a policy's. */
export function readPolicy(policy: WirePolicy): ReadPolicy {
  return {
    ...policy,
    src: parsedPrefix(policy.src),
    dst: parsedPrefix(policy.dst),
    tmpls: policy.tmpls.map((template) => ({
      ...template,
      src: template.src === undefined ? undefined : parsedAddress(template.src),
      dst: template.dst === undefined ? undefined : parsedAddress(template.dst),
    })),
  };
}

export function markOrAny(of: Mark | undefined): Mark {
  return of ?? anything;
}

/** The state that a message describes. */
export function stateFrom(state: ReadState, keys: KeyBook): StateConfig {
  const { src, dst, spi: index, replay } = state;
  const key = keys.handle(state);
  const { value } = markOrAny(state.mark);
  const config = {
    shape: keys.shape(shapeContent(state), () => shapeFrom(state)),
    source: src,
    destination: dst,
    spi: index,
    markValue: value,
    key,
  };
  if (replay === undefined) return config;
  const { oseq, oseqHi = 0, seq = 0, seqHi = 0 } = replay;
  return { ...config, seed: { output: oseq, outputHigh: oseqHi, input: seq, inputHigh: seqHi } };
}

/** All that {@link shapeFrom} looks at: nearly every state has a shape that is known already. */
function shapeContent(state: ReadState): string {
  const { mode: of, reqid, mark: { mask } = anything, outputMark, esn, replayWindow, ifid } = state;
  const output = outputMark === undefined ? '' : `${outputMark.value}/${outputMark.mask}`;
  const crypto = `${icvBitsOf(state)} ${refusalOf(state)}`;
  return `${of} ${reqid} ${mask} ${output} ${esn} ${replayWindow} ${crypto} ${ifid}`;
}

function shapeFrom(state: ReadState): StateShape {
  const refusal = refusalOf(state);
  return {
    mode: state.mode,
    reqid: state.reqid,
    markMask: markOrAny(state.mark).mask,
    ...(state.outputMark === undefined ? {} : { outputMark: state.outputMark }),
    replay: replayFrom(state),
    icvBits: icvBitsOf(state),
    ...(refusal === undefined ? {} : { refusal }),
    ...(state.ifid === undefined ? {} : { interfaceId: state.ifid }),
  };
}

function icvBitsOf({ aead, auth }: ReadState): number {
  return aead?.icvLen ?? auth?.truncateLen ?? icvBitsByDefault;
}

function refusalOf({ aead, auth, crypt }: ReadState): KernelRefusal | undefined {
  if (aead !== undefined) {
    return kernelRefusal({ kind: 'aead', name: aead.name, keyHex: aead.key, icvBits: aead.icvLen });
  }
  if (auth === undefined || crypt === undefined) return undefined;
  const [authName, cryptName] = [auth.name, crypt.name];
  const [authKeyHex, cryptKeyHex] = [auth.key, crypt.key];
  return kernelRefusal({ kind: 'authCrypt', authName, authKeyHex, cryptName, cryptKeyHex });
}

/** XFRMA_REPLAY_ESN_VAL holds any window; without it the window is 32 packets at most. */
function replayFrom({ esn = false, replayWindow: window = 0 }: ReadState): ReplayShape {
  if (esn) return { kind: 'esn', window };
  return { kind: window > 32 ? 'bitmap' : 'legacy', window };
}

/** The message that describes a state. */
export function writeState(
  state: Pick<
    StateConfig,
    'shape' | 'source' | 'destination' | 'spi' | 'markValue' | 'key' | 'seed'
  >,
  keys: KeyBook,
): WireState {
  const { shape, seed } = state;
  return {
    src: state.source.text,
    dst: state.destination.text,
    spi: state.spi,
    mode: shape.mode,
    reqid: shape.reqid,
    mark: { value: state.markValue >>> 0, mask: shape.markMask >>> 0 },
    ...(shape.outputMark === undefined ? {} : { outputMark: shape.outputMark }),
    ...(shape.replay.kind === 'esn' ? { esn: true } : {}),
    replayWindow: shape.replay.window,
    ...keyFields(state.key, shape.icvBits, keys),
    ...(shape.interfaceId === undefined ? {} : { ifid: shape.interfaceId }),
    ...(seed === undefined
      ? {}
      : {
          replay: {
            oseq: seed.output ?? 0,
            oseqHi: seed.outputHigh ?? 0,
            seq: seed.input ?? 0,
            seqHi: seed.inputHigh ?? 0,
          },
        }),
  };
}

function keyFields(
  handle: KeyHandle,
  icvBits: number,
  keys: KeyBook,
): Pick<WireState, 'aead' | 'auth' | 'crypt'> {
  const key: WireKey = keys.key(handle);
  if (key.aead !== undefined) return { aead: { ...key.aead, icvLen: icvBits } };
  if (key.auth === undefined || key.crypt === undefined) return {};
  return { auth: { ...key.auth, truncateLen: icvBits }, crypt: key.crypt };
}

/** The policy that a message describes. */
export function policyFrom(policy: ReadPolicy): PolicyConfig {
  return {
    direction: policy.dir,
    selector: selectorFrom(policy),
    mark: markOrAny(policy.mark),
    priority: policy.priority,
    action: policy.action,
    templates: policy.tmpls.map((template): Template => ({
      source: template.src,
      destination: template.dst,
      spi: template.spi,
      reqid: template.reqid,
      mode: template.mode,
      optional: template.optional,
    })),
    ...(policy.ifid === undefined ? {} : { interfaceId: policy.ifid }),
  };
}

export function selectorFrom({ src, dst }: Pick<ReadPolicy, 'src' | 'dst'>): Selector {
  return { source: src, destination: dst };
}

/** The message that describes a policy. */
export function writePolicy(policy: PolicyConfig): WirePolicy {
  return {
    dir: policy.direction,
    src: writePrefix(policy.selector.source),
    dst: writePrefix(policy.selector.destination),
    mark: policy.mark,
    priority: policy.priority,
    action: policy.action,
    tmpls: policy.templates.map((template) => ({
      ...(template.source === undefined ? {} : { src: template.source.text }),
      ...(template.destination === undefined ? {} : { dst: template.destination.text }),
      spi: template.spi,
      reqid: template.reqid,
      mode: template.mode,
      optional: template.optional,
    })),
    ...(policy.interfaceId === undefined ? {} : { ifid: policy.interfaceId }),
  };
}
