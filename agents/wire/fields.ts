import { z } from 'zod';
import {
  address as parsedAddress,
  parseAddress,
  parsePrefix,
  prefix as parsedPrefix,
} from '../../model/address.ts';
import type { NodeName, NodeRecord, PerFamily } from '../../model/agent/index.ts';

// An error text here is always what was expected; protocol-error.ts says where.

/** An IP address, read. */
export function address(description: string) {
  return readText('an IP address', description, parseAddress);
}

/** A block of addresses such as `10.0.1.0/24`, read. */
export function prefix(description: string) {
  return readText('a prefix such as 10.0.1.0/24', description, parsePrefix);
}

function readText<Value>(
  expected: string,
  description: string,
  parse: (text: string) => Value | undefined,
) {
  const text = z.string({ error: expected }).meta({ description });
  return text.transform((value, context): Value => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    context.issues.push({ code: 'custom', input: value, message: expected });
    return z.NEVER;
  });
}

/** A whole number between two bounds, both included. */
export function whole(description: string, minimum: number, maximum: number) {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  return z
    .int({ error: expected })
    .min(minimum, { error: expected })
    .max(maximum, { error: expected })
    .meta({ description });
}

const u32 = (description: string) => whole(description, 0, 0xffff_ffff);

/**
 * Told whenever it is another number than was told before, so that nobody has to ask: most of what an
 * agent would hear is that nothing has happened.
 */
export const foreignChanges = whole(
  'How often anything but the agent has changed its states and maps so far. Absent: as told before, 0 at first.',
  0,
  Number.MAX_SAFE_INTEGER,
).optional();

/** Whole microseconds of virtual time. */
export function microseconds(description: string) {
  return whole(description, 0, Number.MAX_SAFE_INTEGER);
}

export function text(description: string) {
  return z.string({ error: 'text' }).meta({ description });
}

export function flag(description: string) {
  return z.boolean({ error: 'true or false' }).meta({ description });
}

export function word<const Words extends readonly string[]>(description: string, words: Words) {
  return z.enum(words, { error: `one of: ${words.join(', ')}` }).meta({ description });
}

/** An object with these keys and no others: a misspelt key is an error. */
export function record<Shape extends z.core.$ZodLooseShape>(description: string, shape: Shape) {
  return z
    .strictObject(shape, { error: `an object with the keys: ${Object.keys(shape).join(', ')}` })
    .meta({ description });
}

export function list<Item extends z.core.SomeType>(description: string, item: Item) {
  return z.array(item, { error: 'a list' }).meta({ description });
}

export const mark = record('A mark and the bits of it that count (netlink.XfrmMark).', {
  value: u32('The value.'),
  mask: u32('The mask.'),
});

export const keyId = (description: string) => whole(description, 0, 255);

export const spi = (description: string) => u32(description);

export const requestId = (description: string) => u32(description);

function perFamily<Value extends z.core.SomeType>(description: string, value: Value) {
  return record(description, { ipv4: z.optional(value), ipv6: z.optional(value) });
}

const recordShape = {
  internalIP: perFamily('The addresses of type InternalIP.', address('An address.')),
  ciliumInternalIP: perFamily(
    'The addresses of type CiliumInternalIP: those of cilium_host.',
    address('An address.'),
  ),
  podCIDR: perFamily('spec.ipam.podCIDRs.', prefix('A prefix.')),
  bootID: text('spec.bootid; empty where the node has not published one.'),
};

/** A CiliumNode, as far as it matters here. */
export const nodeRecord = record('A node as its agent publishes it (CiliumNode).', {
  name: text('cluster/node.'),
  ...recordShape,
  keyID: keyId('spec.encryption.key; 0 for none.'),
});

/** A record that is known to fit the schema. */
export function readNodeRecord(node: WireNodeRecord): NodeRecord {
  return {
    name: node.name as NodeName,
    internalIp: readFamilies(node.internalIP, parsedAddress),
    ciliumInternalIp: readFamilies(node.ciliumInternalIP, parsedAddress),
    podCidr: readFamilies(node.podCIDR, parsedPrefix),
    bootId: node.bootID,
    keyId: node.keyID,
  };
}

/** What a publication may say otherwise than what is so. */
export const publishedInstead = {
  internalIP: recordShape.internalIP.optional(),
  ciliumInternalIP: recordShape.ciliumInternalIP.optional(),
  podCIDR: recordShape.podCIDR.optional(),
  bootID: recordShape.bootID.optional(),
};

export type WireNodeRecord = z.input<typeof nodeRecord>;

interface OfFamilies<Value> {
  readonly ipv4?: Value | undefined;
  readonly ipv6?: Value | undefined;
}

/** The model's families are the numbers 4 and 6; a record's keys are Cilium's names. */
export function byFamily<Value>({ ipv4, ipv6 }: OfFamilies<Value>): PerFamily<Value> {
  return { ...(ipv4 === undefined ? {} : { 4: ipv4 }), ...(ipv6 === undefined ? {} : { 6: ipv6 }) };
}

function readFamilies<Value>(
  { ipv4, ipv6 }: OfFamilies<string>,
  read: (text: string) => Value,
): PerFamily<Value> {
  return {
    ...(ipv4 === undefined ? {} : { 4: read(ipv4) }),
    ...(ipv6 === undefined ? {} : { 6: read(ipv6) }),
  };
}

/** The other way, with each value written as text. */
export function familiesOf<Value>(
  of: PerFamily<Value>,
  write: (value: Value) => string,
): { ipv4?: string; ipv6?: string } {
  const ipv4 = of[4];
  const ipv6 = of[6];
  return {
    ...(ipv4 === undefined ? {} : { ipv4: write(ipv4) }),
    ...(ipv6 === undefined ? {} : { ipv6: write(ipv6) }),
  };
}

export function writeNodeRecord(node: NodeRecord): WireNodeRecord {
  return {
    name: node.name,
    internalIP: familiesOf(node.internalIp, ({ text: written }) => written),
    ciliumInternalIP: familiesOf(node.ciliumInternalIp, ({ text: written }) => written),
    podCIDR: familiesOf(node.podCidr, writePrefix),
    bootID: node.bootId,
    keyID: node.keyId,
  };
}

export function writePrefix(of: {
  readonly address: { readonly text: string };
  readonly length: number;
}): string {
  return `${of.address.text}/${of.length}`;
}
