import { z } from 'zod';
import { failure, type Result, success } from '../../model/result.ts';
import type { InputError } from '../input-error.ts';
import type { ImportNote } from './import-note.ts';
import { mostNodes } from '../../sim/index.ts';
import { mostErrors, shapeErrors } from './shape-errors.ts';
import { type DocumentPath, problemAt, shown, type SourceDocument } from './source-document.ts';

/** Kubernetes leaves empty fields out, or prints null. */
const listOf = <Item extends z.ZodType>(item: Item, what: string) =>
  z
    .array(item, what)
    .nullish()
    .transform((list) => list ?? []);

const text = (what: string) => z.string(what).nullish();
const keyIdText = 'a key ID, 0 to 15';

/**
 * The parts of a CiliumNode that matter here; all others are left alone. Source: cilium,
 * pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnodes.yaml.
 */
const ciliumNodeSchema = z.object(
  {
    metadata: z.object({ name: z.string('the name of the node').min(1) }, "the object's metadata"),
    spec: z.object(
      {
        addresses: listOf(
          z.object(
            { ip: text('an IP address'), type: text('the type of the address') },
            'an address',
          ),
          'a list of addresses',
        ),
        bootid: text("the node's boot ID"),
        encryption: z
          .object(
            { key: z.int(keyIdText).min(0, keyIdText).max(15, keyIdText).nullish() },
            'a mapping',
          )
          .nullish(),
        ipam: z
          .object(
            {
              podCIDRs: listOf(z.string('a prefix'), 'a list of prefixes'),
              pools: z
                .object({
                  allocated: listOf(
                    z.object(
                      { cidrs: listOf(z.string('a prefix'), 'a list of prefixes') },
                      'a pool',
                    ),
                    'a list of pools',
                  ),
                })
                .nullish(),
            },
            'a mapping',
          )
          .nullish(),
      },
      "the node's spec",
    ),
  },
  'a CiliumNode',
);

export type CiliumNode = z.infer<typeof ciliumNodeSchema>;

/** A CiliumNode, and where it stands in its document. */
export interface CiliumNodeAt {
  readonly node: CiliumNode;
  readonly path: DocumentPath;
}

export interface CiliumNodes {
  readonly nodes: readonly CiliumNodeAt[];
  readonly notes: readonly ImportNote[];
}

const headerSchema = z.object({ apiVersion: z.string(), kind: z.string() });
const itemsSchema = z.object({ items: z.array(z.unknown()).nullable() });

/** The CiliumNode objects of a `List`, a `CiliumNodeList`, or a single `CiliumNode`. */
export function readCiliumNodes(
  document: SourceDocument,
): Result<CiliumNodes, readonly InputError[]> {
  const header = headerSchema.safeParse(document.content);
  if (!header.success) return failure([notCiliumNodes(document, 'it has no apiVersion and kind')]);
  const { apiVersion, kind } = header.data;
  const found = `it is ${shown(kind)} of ${shown(apiVersion)}`;
  if (kind === 'CiliumNode' && apiVersion === ciliumVersion) {
    return readNodes(document, [{ value: document.content, path: [] }]);
  }
  const isList =
    (kind === 'List' && apiVersion === 'v1') ||
    (kind === 'CiliumNodeList' && apiVersion === ciliumVersion);
  if (!isList) return failure([notCiliumNodes(document, found)]);
  const list = itemsSchema.safeParse(document.content);
  if (!list.success) return failure([notCiliumNodes(document, 'the list has no items')]);
  const items = list.data.items ?? [];
  return readNodes(
    document,
    items.map((value, index) => ({ value, path: ['items', index] })),
  );
}

const ciliumVersion = 'cilium.io/v2';

function notCiliumNodes(document: SourceDocument, found: string): InputError {
  return problemAt(document, {
    code: 'NOT_CILIUM_NODES',
    message: `no CiliumNode objects: ${found}`,
    path: [],
    expected: 'a List, a CiliumNodeList or a CiliumNode of cilium.io/v2',
    hint: 'export them with "kubectl get ciliumnodes -o json"',
  });
}

interface Item {
  readonly value: unknown;
  readonly path: DocumentPath;
}

function readNodes(
  document: SourceDocument,
  items: readonly Item[],
): Result<CiliumNodes, readonly InputError[]> {
  const ours = items.filter(isCiliumNode);
  if (ours.length === 0) return failure([noNodes(document, items)]);
  if (ours.length > mostNodes) return failure([tooManyNodes(document, ours.length)]);
  const nodes: CiliumNodeAt[] = [];
  const errors: InputError[] = [];
  for (const { value, path } of ours) {
    const parsed = ciliumNodeSchema.safeParse(value);
    if (parsed.success) nodes.push({ node: parsed.data, path });
    else errors.push(...shapeErrors(document, parsed.error, path));
    if (errors.length >= mostErrors) break;
  }
  if (errors.length > 0) return failure(errors.slice(0, mostErrors));
  return success({ nodes, notes: leftOutNotes(document, items.length - ours.length) });
}

function isCiliumNode({ value }: Item): boolean {
  const header = headerSchema.safeParse(value);
  if (!header.success) return false;
  return header.data.kind === 'CiliumNode' && header.data.apiVersion === ciliumVersion;
}

function noNodes(document: SourceDocument, items: readonly Item[]): InputError {
  if (items.length > 0) return notCiliumNodes(document, `none of ${items.length} items is one`);
  return problemAt(document, {
    code: 'EMPTY_LIST',
    message: 'the list of CiliumNodes is empty',
    path: ['items'],
    expected: 'at least one CiliumNode',
    hint: 'check the context of kubectl, and that Cilium runs in that cluster',
  });
}

function tooManyNodes(document: SourceDocument, count: number): InputError {
  return problemAt(document, {
    code: 'TOO_MANY_NODES',
    message: `the list has ${count} nodes`,
    path: ['items'],
    expected: `at most ${mostNodes}: Cilium supports IPsec on no more`,
  });
}

function leftOutNotes(document: SourceDocument, count: number): readonly ImportNote[] {
  if (count === 0) return [];
  const message = `${count === 1 ? '1 item is' : `${count} items are`} no CiliumNode, and left out`;
  return [{ level: 'notUnderstood', message, file: document.file, path: 'items' }];
}
