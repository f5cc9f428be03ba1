import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { failure, type Result, success } from '../../model/result.ts';
import type { InputError } from '../input-error.ts';
import { findJsonFault } from './json-fault.ts';

/** A text and the name of the file it came from, which errors and notes cite. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

export type DocumentPath = readonly (string | number)[];

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What a JSON or YAML text holds, and where in the text each part of it stands. */
export interface SourceDocument {
  readonly file: string;
  readonly content: unknown;
  /** Where the value at the path begins; for a missing value, where its parent does. */
  readonly positionOf: (path: DocumentPath) => Position | undefined;
}

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly path: DocumentPath;
  readonly expected?: string;
  readonly hint?: string;
}

/** The error that reports a problem at its place in the document. */
export function problemAt(document: SourceDocument, problem: Problem): InputError {
  const position = document.positionOf(problem.path);
  return {
    code: problem.code,
    message: problem.message,
    file: document.file,
    line: position?.line,
    column: position?.column,
    path: pathText(problem.path),
    expected: problem.expected ?? '',
    hint: problem.hint ?? '',
  };
}

/** A path as errors show it: `items[2].spec.bootid`. */
export function pathText(path: DocumentPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** A value as errors show it: quoted, on one line, and cut short, for it may be noise. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

/**
 * Reads a text that holds one JSON or YAML document with `apiVersion` or `kind` at its top, as
 * `kubectl get -o json` and `-o yaml` print it.
 */
export function readSource(source: SourceText): Result<SourceDocument, InputError> {
  const text = source.text.startsWith('\uFEFF') ? source.text.slice(1) : source.text;
  if (!/\S/.test(text)) {
    return failure(textError(source.file, { ...emptyText, offset: 0, text: '' }));
  }
  return /^\s*[[{]/.test(text) ? readJson(source.file, text) : readYaml(source.file, text);
}

const emptyText = {
  code: 'EMPTY_FILE',
  message: 'the file is empty',
  expected: 'JSON or YAML as kubectl prints it',
  hint: 'check that kubectl succeeded: it prints its errors elsewhere',
};

function readJson(file: string, text: string): Result<SourceDocument, InputError> {
  const content = parseJson(text);
  if (content === undefined) return failure(jsonError(file, text));
  return success({ file, content, positionOf: lazyLocator(text) });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // Engines word and place this error differently: findJsonFault looks again.
  }
}

function jsonError(file: string, text: string): InputError {
  const fault = findJsonFault(text) ?? { offset: 0, expected: 'JSON', open: 0 };
  const { offset, expected } = fault;
  if (offset < text.length) {
    return textError(file, {
      code: 'BAD_JSON',
      message: `not JSON: unexpected ${shown(text.charAt(offset))}`,
      expected,
      hint: 'give what "kubectl get ... -o json" printed, unchanged',
      offset,
      text,
    });
  }
  return textError(file, {
    code: 'TRUNCATED_JSON',
    message: `the JSON ends early, with ${fault.open} brackets still open`,
    expected,
    hint: 'the file was cut off: export it again',
    offset,
    text,
  });
}

/** Every document that this program reads says so at the start of a line. */
const objectHeader = /^(?:apiVersion|kind|"apiVersion"|"kind")\s*:/m;

function readYaml(file: string, text: string): Result<SourceDocument, InputError> {
  if (!objectHeader.test(text)) {
    // Not handed to the YAML parser, which would take long over megabytes of noise.
    return failure(
      textError(file, {
        code: 'NOT_AN_OBJECT',
        message: `neither JSON nor a Kubernetes object in YAML: it begins ${shown(text.slice(0, 40))}`,
        expected: 'an object with apiVersion and kind',
        hint: 'give what "kubectl get ... -o json" printed, unchanged',
        offset: 0,
        text,
      }),
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const message = `not YAML: ${firstLine(error.message)}`;
    const hint = 'give what "kubectl get ... -o yaml" printed, unchanged, one document a file';
    const details = { code: 'BAD_YAML', message, expected: '', hint };
    return failure(textError(file, { ...details, offset: error.pos[0], text }));
  }
  const content: unknown = document.toJS({ maxAliasCount: 100 });
  return success({ file, content, positionOf: (path) => locate(document, lines, path) });
}

function firstLine(message: string): string {
  const [line = ''] = message.split('\n', 1);
  return line.length <= 100 ? line : `${line.slice(0, 97)}...`;
}

/** Above this many characters errors carry no line: finding it would take the YAML parser long. */
const longestLocated = 8_000_000;

/** JSON.parse is fast and says nothing of places; the YAML parser is asked once one is needed. */
function lazyLocator(text: string): SourceDocument['positionOf'] {
  const lines = new LineCounter();
  let document: Document | undefined;
  return (path) => {
    if (text.length > longestLocated) return undefined;
    document ??= parseDocument(text, { lineCounter: lines, prettyErrors: false });
    return locate(document, lines, path);
  };
}

function locate(document: Document, lines: LineCounter, path: DocumentPath): Position {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return positionAt(lines, node.range[0]);
  }
  return { line: 1, column: 1 };
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

interface TextFault extends Omit<Problem, 'path'> {
  readonly text: string;
  readonly offset: number;
}

function textError(file: string, fault: TextFault): InputError {
  const before = fault.text.slice(0, fault.offset).split('\n');
  return {
    code: fault.code,
    message: fault.message,
    file,
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
    path: '',
    expected: fault.expected ?? '',
    hint: fault.hint ?? '',
  };
}
