import { z } from 'zod';
import { parseAddress, parsePrefix } from '../../model/address.ts';
import { ciliumReleases } from '../../model/release.ts';
import { failure, type Result, success } from '../../model/result.ts';
import { kernelNames } from '../../model/xfrm/index.ts';
import type { InputError } from '../input-error.ts';
import { clusterNamePattern } from '../selector-text.ts';
import { parseGoDuration } from './go-duration.ts';
import { mostNodes } from '../../sim/index.ts';
import { enabledFamilies, type Inventory, type InventoryNode } from './inventory.ts';
import { findAddressConflicts, findDuplicateNames } from './node-conflicts.ts';
import { mostErrors, shapeErrors } from './shape-errors.ts';
import { problemAt, readSource, type SourceDocument } from './source-document.ts';

function oneOf<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.enum(names, `one of: ${names.join(', ')}`);
}

function isOfFamily(text: string, family: 4 | 6): boolean {
  return parseAddress(text)?.family === family;
}

function isPrefixOfFamily(text: string, family: 4 | 6): boolean {
  return parsePrefix(text)?.address.family === family;
}

const isText = (what: string) => z.string(what).min(1, what);

function familyTexts(what: string, accepts: (text: string, family: 4 | 6) => boolean) {
  const one = (family: 4 | 6) =>
    z
      .string(`an IPv${family} ${what}`)
      .refine((text) => accepts(text, family), `an IPv${family} ${what}`)
      .optional();
  return z.strictObject({ ipv4: one(4), ipv6: one(6) }, 'a mapping with ipv4 and ipv6');
}

const nodeSchema = z.strictObject(
  {
    name: isText('the name of the node'),
    internalIp: familyTexts('address', isOfFamily),
    ciliumInternalIp: familyTexts('address', isOfFamily),
    podCidr: familyTexts('prefix', isPrefixOfFamily),
    bootId: isText("the node's boot ID").optional(),
  },
  'a node',
);

const isBoolean = z.boolean('true or false');

const settingsSchema = z.strictObject(
  {
    'ipsec-key-rotation-duration': z
      .string("a duration in Go's notation, such as 5m")
      .refine(
        (text) => parseGoDuration(text) !== undefined,
        "a duration in Go's notation, such as 5m",
      ),
    'enable-ipsec-key-watcher': isBoolean,
    'enable-ipv4': z.literal(true, 'true: Cilium does not support IPsec on IPv6-only clusters'),
    'enable-ipv6': isBoolean,
  },
  "the agent's settings",
);

const clusterNameText = 'the ClusterMesh name: at most 32 lower-case letters, digits and hyphens';
const clusterIdText = 'the ClusterMesh ID, 1 to 255';
const keyIdText = 'the key ID that the nodes advertise, 1 to 15';

const inventorySchema = z.strictObject(
  {
    apiVersion: z.literal('keyturn/v1', 'keyturn/v1'),
    kind: z.literal('Inventory', 'Inventory'),
    cluster: z.strictObject(
      {
        name: z.string(clusterNameText).regex(new RegExp(clusterNamePattern), clusterNameText),
        id: z.int(clusterIdText).min(1, clusterIdText).max(255, clusterIdText),
      },
      'the name and the ID of the cluster',
    ),
    release: oneOf(ciliumReleases),
    kernel: oneOf(kernelNames).optional(),
    routing: oneOf(['native', 'tunnel']),
    registry: oneOf(['crd', 'kvstore']),
    settings: settingsSchema,
    keyId: z.int(keyIdText).min(1, keyIdText).max(15, keyIdText),
    nodes: z
      .array(nodeSchema, 'a list of nodes')
      .min(1, 'at least one node')
      .max(mostNodes, `at most ${mostNodes} nodes: Cilium's limit with IPsec`),
    notes: z.array(z.string('a sentence'), 'a list of sentences').default([]),
  },
  'an inventory',
);

type ParsedInventory = z.infer<typeof inventorySchema>;

/**
 * The inventory that a JSON or YAML text holds. Fails with what is wrong with the text, with its
 * shape, or with nodes that cannot be in one cluster; with the first ten such errors.
 */
export function readInventory(
  text: string,
  file: string,
): Result<Inventory, readonly InputError[]> {
  const document = readSource({ file, text });
  if (!document.ok) return failure([document.error]);
  const parsed = inventorySchema.safeParse(document.value.content);
  if (!parsed.success) return failure(shapeErrors(document.value, parsed.error));
  const inventory = toInventory(parsed.data);
  const errors = nodeErrors(document.value, inventory);
  return errors.length > 0 ? failure(errors.slice(0, mostErrors)) : success(inventory);
}

function toInventory(parsed: ParsedInventory): Inventory {
  const nodes = parsed.nodes.map((node): InventoryNode => ({
    name: node.name,
    internalIp: { ipv4: node.internalIp.ipv4, ipv6: node.internalIp.ipv6 },
    ciliumInternalIp: { ipv4: node.ciliumInternalIp.ipv4, ipv6: node.ciliumInternalIp.ipv6 },
    podCidr: { ipv4: node.podCidr.ipv4, ipv6: node.podCidr.ipv6 },
    bootId: node.bootId,
  }));
  return { ...parsed, kernel: parsed.kernel, nodes };
}

function nodeErrors(document: SourceDocument, inventory: Inventory): readonly InputError[] {
  const conflicts = [
    ...findDuplicateNames(inventory.nodes),
    ...findAddressConflicts(inventory.nodes),
  ];
  return [
    ...inventory.nodes.flatMap((node, index) => missingAddresses(document, inventory, node, index)),
    ...conflicts.map(({ code, message, second }) =>
      problemAt(document, { code, message, path: ['nodes', second] }),
    ),
  ];
}

const addressKeys = ['internalIp', 'ciliumInternalIp', 'podCidr'] as const;

function missingAddresses(
  document: SourceDocument,
  { settings }: Inventory,
  node: InventoryNode,
  index: number,
): readonly InputError[] {
  return enabledFamilies(settings).flatMap((family) =>
    addressKeys
      .filter((key) => node[key][family] === undefined)
      .map((key) =>
        problemAt(document, {
          code: 'MISSING_ADDRESS',
          message: `node ${node.name} has no ${key}.${family}, and enable-${family} is true`,
          path: ['nodes', index, key, family],
        }),
      ),
  );
}
