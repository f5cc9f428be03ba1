import type { z } from 'zod';
import type { InputError } from '../input-error.ts';
import { type DocumentPath, problemAt, shown, type SourceDocument } from './source-document.ts';

/** More errors than this about one file help no one. */
export const mostErrors = 10;

/**
 * What a schema found wrong with a document. The schemas of this folder say in their error texts
 * what they expect; what is there instead is taken from the document.
 */
export function shapeErrors(
  document: SourceDocument,
  error: z.ZodError,
  under: DocumentPath = [],
): readonly InputError[] {
  return error.issues.slice(0, mostErrors).map((issue) => {
    const path = [
      ...under,
      ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
    ];
    if (issue.code === 'unrecognized_keys') return unknownKey(document, path, issue.keys);
    return badValue(document, path, issue.message);
  });
}

function unknownKey(
  document: SourceDocument,
  path: DocumentPath,
  keys: readonly string[],
): InputError {
  const [key = ''] = keys;
  return problemAt(document, {
    code: 'UNKNOWN_KEY',
    message: `unknown key ${shown(key)}`,
    path: [...path, key],
    hint: 'check the spelling',
  });
}

function badValue(document: SourceDocument, path: DocumentPath, expected: string): InputError {
  const value = valueAt(document.content, path);
  const name = path.length === 0 ? 'the document' : shown(path.at(-1));
  const missing = value === undefined || value === null;
  return problemAt(document, {
    code: missing ? 'MISSING' : 'BAD_VALUE',
    message: missing ? `${name} is missing` : `${name} is ${shown(value)}`,
    path,
    expected,
  });
}

function valueAt(value: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>((parent, part) => {
    if (typeof parent !== 'object' || parent === null) return undefined;
    return Object.hasOwn(parent, part)
      ? (parent as Record<string | number, unknown>)[part]
      : undefined;
  }, value);
}
