import type { Family } from '../../../model/address.ts';
import type {
  Lifetime,
  PolicyConfig,
  PolicyDirection,
  PolicyIdentity,
  Selector,
  SequenceSeed,
  StateConfig,
  StateIdentity,
  StateShape,
  Template,
} from '../../../model/xfrm/index.ts';
import {
  address16,
  attribute,
  big16,
  big32,
  message,
  nlm,
  textField,
  u16,
  u32,
  u64,
  u8,
  zeros,
} from './message.ts';

/** Message types and attributes: Linux, include/uapi/linux/xfrm.h. */
const type = {
  newState: 0x10,
  deleteState: 0x11,
  getState: 0x12,
  newPolicy: 0x13,
  deletePolicy: 0x14,
  allocateSpi: 0x16,
  updatePolicy: 0x19,
  updateState: 0x1a,
  flushStates: 0x1c,
  flushPolicies: 0x1d,
  newSequence: 0x1e,
  setDefault: 0x27,
} as const;

export const xfrmAttribute = {
  authTruncated: 20,
  crypt: 2,
  encapsulation: 4,
  templates: 5,
  replay: 10,
  aead: 18,
  mark: 21,
  replayEsn: 23,
  extraFlags: 24,
  setMark: 29,
  setMarkMask: 30,
  interfaceId: 31,
  direction: 33,
} as const;

const esp = 50;
const families: Readonly<Record<Family, number>> = { 4: 2, 6: 10 };
const modes = { transport: 0, tunnel: 1 } as const;
const directions: Readonly<Record<PolicyDirection, number>> = { in: 0, out: 1, fwd: 2 };
const stateFlags = { afUnspec: 32, esn: 128 } as const;
const encapsulationInUdp = 2;
const mayWrap = 2;
const unlimited = 0xffff_ffff_ffff_ffffn;
const anyAlgorithm = 0xffff_ffff;

/** The bytes of a state's key, with its algorithms as the kernel names them. */
export type KeyMaterial =
  | { readonly kind: 'aead'; readonly name: string; readonly key: Uint8Array }
  | {
      readonly kind: 'authCrypt';
      readonly authName: string;
      readonly auth: Uint8Array;
      readonly cryptName: string;
      readonly crypt: Uint8Array;
    };

export function addState(state: StateConfig, key: KeyMaterial): Buffer {
  const flags = nlm.ack | nlm.create | nlm.excl;
  return message(type.newState, flags, stateInfo(state), ...stateAttributes(state, key));
}

export function updateState(state: StateConfig, key: KeyMaterial): Buffer {
  const flags = nlm.ack | nlm.create | nlm.replace;
  return message(type.updateState, flags, stateInfo(state), ...stateAttributes(state, key));
}

export function deleteState(identity: StateIdentity): Buffer {
  return message(type.deleteState, nlm.ack, stateId(identity), ...markAttribute(identity.mark));
}

/** ALLOCSPI with one SPI to choose from. The answer is the state, and no acknowledgement of its own. */
export function allocateSpi(state: StateConfig): Buffer {
  const range = u32(state.spi, state.spi);
  const { markValue, shape } = state;
  const mark = { value: (markValue & shape.markMask) >>> 0, mask: shape.markMask };
  return message(type.allocateSpi, nlm.ack, stateInfo(state), range, ...markAttribute(mark));
}

export function dumpStates(): Buffer {
  return message(type.getState, nlm.dump);
}

export function flushStates(): Buffer {
  return message(type.flushStates, nlm.ack, u8(0));
}

export function flushPolicies(): Buffer {
  return message(type.flushPolicies, nlm.ack);
}

/** NEWAE: sets the numbers of a live state, with nothing seen. */
export function replaceSequence(
  identity: StateIdentity,
  shape: Pick<StateShape, 'replay' | 'reqid'>,
  seed: SequenceSeed,
): Buffer {
  const id = Buffer.concat([stateId(identity), zeros(16), u32(0, shape.reqid)]);
  const parts = [id, ...sequenceAttributes(shape.replay, seed), ...markAttribute(identity.mark)];
  return message(type.newSequence, nlm.ack | nlm.replace, ...parts);
}

export function addPolicy(policy: PolicyConfig): Buffer {
  return policyMessage(type.newPolicy, nlm.create | nlm.excl, policy);
}

export function upsertPolicy(policy: PolicyConfig): Buffer {
  return policyMessage(type.updatePolicy, nlm.create | nlm.replace, policy);
}

export function deletePolicy(identity: PolicyIdentity): Buffer {
  const { selector, direction, mark, interfaceId } = identity;
  const id = Buffer.concat([selectorOf(selector), u32(0), u8(directions[direction], 0, 0, 0)]);
  const parts = [id, ...markAttribute(mark), ...interfaceAttribute(interfaceId)];
  return message(type.deletePolicy, nlm.ack, ...parts);
}

/** What becomes of traffic without a policy, in all three directions. */
export function setDefaults(blocked: Readonly<Record<PolicyDirection, boolean>>): Buffer {
  const words = (['in', 'fwd', 'out'] as const).map((direction) => (blocked[direction] ? 1 : 2));
  return message(type.setDefault, nlm.ack, u8(...words));
}

function policyMessage(kind: number, flags: number, policy: PolicyConfig): Buffer {
  const { selector, priority, direction, action, templates, mark, interfaceId } = policy;
  const { family } = selector.destination.address;
  const info = Buffer.concat([
    selectorOf(selector),
    lifetimeOf(undefined),
    zeros(32),
    u32(priority, 0),
    u8(directions[direction], action === 'block' ? 1 : 0, 0, 0),
    zeros(4),
  ]);
  const list = templates.map((template) => templateOf(template, family));
  const attributes = list.length === 0 ? [] : [attribute(xfrmAttribute.templates, ...list)];
  const parts = [info, ...attributes, ...markAttribute(mark), ...interfaceAttribute(interfaceId)];
  return message(kind, nlm.ack | flags, ...parts);
}

/** `struct xfrm_user_tmpl`. */
function templateOf(template: Template, family: Family): Buffer {
  const ends = template.destination ?? template.source;
  return Buffer.concat([
    address16(template.destination),
    big32(template.spi),
    u8(esp, 0, 0, 0),
    u16(families[ends?.family ?? family], 0),
    address16(template.source),
    u32(template.reqid),
    u8(modes[template.mode], 0, template.optional ? 1 : 0, 0),
    u32(anyAlgorithm, anyAlgorithm, anyAlgorithm),
  ]);
}

/** `struct xfrm_selector`. */
function selectorOf({ source, destination, ...rest }: Selector): Buffer {
  return Buffer.concat([
    address16(destination.address),
    address16(source.address),
    portOf(rest.destinationPort),
    portOf(rest.sourcePort),
    u16(families[destination.address.family]),
    u8(destination.length, source.length, rest.protocol ?? 0, 0, 0, 0),
    u32(0, 0),
  ]);
}

function portOf(port: number | undefined): Buffer {
  return Buffer.concat([big16(port ?? 0), big16(port === undefined ? 0 : 0xffff)]);
}

/** `struct xfrm_usersa_info`. */
function stateInfo({ shape, source, destination, spi }: StateConfig): Buffer {
  const { replay } = shape;
  const flags =
    (shape.selectorFamily === 'any' ? stateFlags.afUnspec : 0) |
    (replay.kind === 'esn' ? stateFlags.esn : 0);
  return Buffer.concat([
    shape.selector === undefined ? zeros(56) : selectorOf(shape.selector),
    address16(destination),
    big32(spi),
    u8(esp, 0, 0, 0),
    address16(source),
    lifetimeOf(shape.lifetime),
    zeros(32 + 12),
    u32(0, shape.reqid),
    u16(families[destination.family]),
    u8(modes[shape.mode], replay.kind === 'legacy' ? replay.window : 0, flags),
    zeros(7),
  ]);
}

/** `struct xfrm_lifetime_cfg`. */
function lifetimeOf(lifetime: Lifetime | undefined): Buffer {
  const limit = (value: number | undefined): bigint =>
    value === undefined ? unlimited : BigInt(value);
  return u64(
    limit(lifetime?.softBytes),
    limit(lifetime?.hardBytes),
    limit(lifetime?.softPackets),
    limit(lifetime?.hardPackets),
    0n,
    BigInt(lifetime?.hardAddSeconds ?? 0),
    0n,
    0n,
  );
}

/** `struct xfrm_usersa_id`. */
function stateId({ destination, spi }: StateIdentity): Buffer {
  const family = u16(families[destination.family]);
  return Buffer.concat([address16(destination), big32(spi), family, u8(esp, 0)]);
}

function stateAttributes(state: StateConfig, key: KeyMaterial): readonly Buffer[] {
  const { shape, markValue, seed } = state;
  const { outputMark, encapsulation, direction } = shape;
  const parts = [...keyAttributes(key, shape.icvBits), ...sequenceAttributes(shape.replay, seed)];
  if (shape.markMask !== 0) {
    parts.push(attribute(xfrmAttribute.mark, u32(markValue, shape.markMask)));
  }
  if (outputMark !== undefined) {
    parts.push(attribute(xfrmAttribute.setMark, u32(outputMark.value)));
    parts.push(attribute(xfrmAttribute.setMarkMask, u32(outputMark.mask)));
  }
  if (encapsulation !== undefined) {
    const ports = Buffer.concat([big16(4500), big16(4500)]);
    const struct = Buffer.concat([u16(encapsulationInUdp), ports, zeros(2 + 16)]);
    parts.push(attribute(xfrmAttribute.encapsulation, struct));
  }
  if (shape.outputSequenceMayWrap === true) {
    parts.push(attribute(xfrmAttribute.extraFlags, u32(mayWrap)));
  }
  if (direction !== undefined) {
    parts.push(attribute(xfrmAttribute.direction, u8(direction === 'in' ? 1 : 2)));
  }
  return [...parts, ...interfaceAttribute(shape.interfaceId)];
}

function keyAttributes(key: KeyMaterial, icvBits: number): Buffer[] {
  if (key.kind === 'aead') {
    const head = [textField(key.name, 64), u32(key.key.length * 8, icvBits)];
    return [attribute(xfrmAttribute.aead, ...head, key.key)];
  }
  const auth = [textField(key.authName, 64), u32(key.auth.length * 8, icvBits), key.auth];
  const crypt = [textField(key.cryptName, 64), u32(key.crypt.length * 8), key.crypt];
  return [
    attribute(xfrmAttribute.authTruncated, ...auth),
    attribute(xfrmAttribute.crypt, ...crypt),
  ];
}

/** `struct xfrm_replay_state`, or `struct xfrm_replay_state_esn` with an empty bitmap. */
function sequenceAttributes(
  replay: StateShape['replay'],
  seed: SequenceSeed | undefined,
): Buffer[] {
  const { output = 0, input = 0, outputHigh = 0, inputHigh = 0 } = seed ?? {};
  if (replay.kind === 'legacy') {
    return seed === undefined ? [] : [attribute(xfrmAttribute.replay, u32(output, input, 0))];
  }
  const words = Math.ceil(replay.window / 32);
  const numbers = u32(words, output, input, outputHigh, inputHigh, replay.window);
  return [attribute(xfrmAttribute.replayEsn, numbers, zeros(words * 4))];
}

function markAttribute(mark: { readonly value: number; readonly mask: number }): Buffer[] {
  if (mark.value === 0 && mark.mask === 0) return [];
  return [attribute(xfrmAttribute.mark, u32(mark.value, mark.mask))];
}

function interfaceAttribute(interfaceId: number | undefined): Buffer[] {
  if (interfaceId === undefined || interfaceId === 0) return [];
  return [attribute(xfrmAttribute.interfaceId, u32(interfaceId))];
}
