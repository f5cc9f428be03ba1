import { z } from 'zod';
import { failure, type Result, success } from '../../model/result.ts';
import type { InputError } from '../input-error.ts';
import { shapeErrors } from './shape-errors.ts';
import { problemAt, shown, type SourceDocument } from './source-document.ts';

/** The ConfigMap `cilium-config`. */
export interface CiliumConfig {
  readonly document: SourceDocument;
  readonly name: string | undefined;
  readonly labels: ReadonlyMap<string, string>;
  /** The agents' flags, by their names. */
  readonly data: ReadonlyMap<string, string>;
}

/** A ConfigMap's values are strings; one edited by hand may have lost its quotes. */
const textual = z
  .union([z.string(), z.number(), z.boolean()], 'text')
  .nullable()
  .transform((value) => (value === null ? '' : String(value)));

const configMapSchema = z.object(
  {
    apiVersion: z.literal('v1', 'v1'),
    kind: z.literal('ConfigMap', 'ConfigMap'),
    metadata: z
      .object({
        name: z.string('a name').optional(),
        labels: z.record(z.string(), textual).nullish(),
      })
      .optional(),
    data: z.record(z.string(), textual, "the agents' flags"),
  },
  'the ConfigMap cilium-config',
);

/** The ConfigMap that a document holds. */
export function readCiliumConfig(
  document: SourceDocument,
): Result<CiliumConfig, readonly InputError[]> {
  const { content } = document;
  const kind =
    typeof content === 'object' && content !== null && 'kind' in content ? content.kind : undefined;
  if (kind !== 'ConfigMap') return failure([notConfigMap(document, kind)]);
  const parsed = configMapSchema.safeParse(content);
  if (!parsed.success) return failure(shapeErrors(document, parsed.error));
  const { metadata, data } = parsed.data;
  return success({
    document,
    name: metadata?.name,
    labels: new Map(Object.entries(metadata?.labels ?? {})),
    data: new Map(Object.entries(data)),
  });
}

function notConfigMap(document: SourceDocument, kind: unknown): InputError {
  return problemAt(document, {
    code: 'NOT_A_CONFIG_MAP',
    message: `no ConfigMap: its kind is ${shown(kind)}`,
    path: [],
    expected: 'the ConfigMap cilium-config',
    hint: 'export it with "kubectl -n kube-system get configmap cilium-config -o json"',
  });
}
