import { z } from 'zod';
import { failure, type Result, success } from '../model/result.ts';
import { didYouMean } from './did-you-mean.ts';
import type { InputError } from './input-error.ts';
import type { Problem } from './problem.ts';
import { textParsers } from './schema/field.ts';
import { type ScenarioEntries, scenarioSchema } from './schema.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/**
 * Checks keys and types of a document against the schema. Fails with every error there is:
 * `NOT_A_MAPPING`, `UNKNOWN_KEY`, `MISSING_KEY`, `WRONG_TYPE`, `UNKNOWN_VALUE`, `BAD_DURATION`,
 * `BAD_DELAY`, `BAD_SELECTOR`, `BAD_NAME`, `OUT_OF_RANGE`, `EMPTY_VALUE`, `NOT_EXACTLY_ONE` or
 * `MISPLACED_KEY`.
 */
export function checkShape(source: YamlSource): Result<ScenarioEntries, readonly InputError[]> {
  const parsed = scenarioSchema.safeParse(source.data);
  if (parsed.success) return success(parsed.data);
  return failure(parsed.error.issues.flatMap((issue) => inputErrors(source, issue)));
}

function inputErrors(source: YamlSource, issue: z.core.$ZodIssue): readonly InputError[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      source.errorAt([...path, key], unknownKey(key, keysOf(schemaAt(path))), 'key'),
    );
  }
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    return [source.errorAt(path, badKey(key, issue.issues[0]), 'key')];
  }
  return [source.errorAt(path, problemOf(source, issue))];
}

function unknownKey(key: string, known: readonly string[]): Problem {
  return {
    code: 'UNKNOWN_KEY',
    message: `unknown key "${key}"`,
    expected: `one of: ${known.join(', ')}`,
    hint: didYouMean(key, known),
  };
}

/** For a mapping whose keys are data; `reason` is why the key is none. */
function badKey(key: string, reason: z.core.$ZodIssue | undefined): Problem {
  return {
    code: 'UNKNOWN_KEY',
    message: `unknown key "${key}"`,
    expected: reason?.message ?? '',
    hint: '',
  };
}

function problemOf(source: YamlSource, issue: z.core.$ZodIssue): Problem {
  const value = valueAt(source.data, issue.path);
  const found = describe(value);
  const plain = { expected: issue.message, hint: '' };
  switch (issue.code) {
    case 'custom':
      return customProblem(issue);
    case 'invalid_value':
      if (typeof value !== 'string') return wrongType(source, issue);
      return {
        code: 'UNKNOWN_VALUE',
        message: `unknown value "${value}"`,
        expected: issue.message,
        hint: didYouMean(value, issue.values.map(String)),
      };
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') {
        return { code: 'EMPTY_VALUE', message: 'the value is empty', ...plain };
      }
      return { code: 'OUT_OF_RANGE', message: `${found} is out of range`, ...plain };
    case 'too_big':
      return { code: 'OUT_OF_RANGE', message: `${found} is out of range`, ...plain };
    case 'invalid_format':
      return { code: 'BAD_NAME', message: `${found} is not a name`, ...plain };
    default:
      return wrongType(source, issue);
  }
}

/** A problem that a check of ours found; a refinement keeps its sentence among the parameters. */
function customProblem(issue: z.core.$ZodIssueCustom): Problem {
  const { sentence, ...problem } = issue.params as unknown as Problem & { sentence?: string };
  return { ...problem, message: sentence ?? issue.message };
}

function wrongType(source: YamlSource, issue: z.core.$ZodIssue): Problem {
  const value = valueAt(source.data, issue.path);
  const name = String(issue.path.at(-1) ?? '');
  const expected = issue.message;
  if (issue.path.length === 0) {
    const message = `the file holds ${describe(value)}`;
    return { code: 'NOT_A_MAPPING', message, expected, hint: '' };
  }
  if (value === undefined) {
    return { code: 'MISSING_KEY', message: `the key "${name}" is missing`, expected, hint: '' };
  }
  if (value === null)
    return { code: 'EMPTY_VALUE', message: 'the value is empty', expected, hint: '' };
  return (
    wrongScalar(source, issue) ?? {
      code: 'WRONG_TYPE',
      message: `${describe(value)} cannot stand here`,
      expected,
      hint: '',
    }
  );
}

/** A number or a boolean where a text was expected: what the text would have meant. */
function wrongScalar(source: YamlSource, issue: z.core.$ZodIssue): Problem | undefined {
  const value = valueAt(source.data, issue.path);
  if (typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const written = source.textAt(issue.path as Path) ?? String(value);
  const schema = schemaAt(issue.path as Path);
  const parsed = schema && textParsers.get(schema as z.ZodString)?.parse(written);
  if (parsed !== undefined && !parsed.ok) return parsed.error;
  const wantsText = schema instanceof z.ZodString || schema instanceof z.ZodEnum;
  return {
    code: 'WRONG_TYPE',
    message: `${describe(value)} cannot stand here`,
    expected: issue.message,
    hint: wantsText ? `put it in quotes: "${written}"` : '',
  };
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `the text "${value}"`;
  return `the ${typeof value} ${String(value)}`;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    return (value as Record<PropertyKey, unknown>)[part];
  }, data);
}

/** The schema of the value at a path, without the wrappers that make it optional or transform it. */
function schemaAt(path: Path): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>((schema, part) => {
    if (schema instanceof z.ZodObject)
      return bare(schema.shape[part] as z.core.$ZodType | undefined);
    if (schema instanceof z.ZodArray) return bare(schema.element);
    if (schema instanceof z.ZodRecord) return bare(schema.valueType);
    return undefined;
  }, bare(scenarioSchema));
}

function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault)
    return bare(schema.unwrap());
  if (schema instanceof z.ZodPipe) return bare(schema.in);
  return schema;
}

function keysOf(schema: z.core.$ZodType | undefined): readonly string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  const key = schema instanceof z.ZodRecord ? schema.keyType : undefined;
  return key instanceof z.ZodEnum ? key.options.map(String) : [];
}
