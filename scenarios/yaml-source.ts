import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLError,
} from 'yaml';
import { failure, type Result, success } from '../model/result.ts';
import type { InputError } from './input-error.ts';
import type { Problem } from './problem.ts';

export type Path = readonly (string | number)[];

/** A YAML document, and where in the file each part of it stands. */
export interface YamlSource {
  /** The document as plain data. */
  readonly data: unknown;
  /** What a scalar looks like in the file, without quotes: `5.10`, where the data has 5.1. */
  readonly textAt: (path: Path) => string | undefined;
  /**
   * The problem, placed. `path` leads to the value that is wrong, or to the key with `at: 'key'`;
   * where it leads nowhere, the innermost part that exists is meant.
   */
  readonly errorAt: (path: Path, problem: Problem, at?: 'key' | 'value') => InputError;
}

/**
 * Reads one YAML 1.2 document. Fails with `EMPTY_FILE`, `MULTIPLE_DOCUMENTS`, `DUPLICATE_KEY`,
 * `TAB_INDENTATION`, `YAML_SYNTAX`, `UNKNOWN_ALIAS`, `TOO_MANY_ALIASES` or `NESTED_TOO_DEEP`.
 */
export function readYaml(text: string, file: string): Result<YamlSource, readonly InputError[]> {
  const lines = new LineCounter();
  const place = (offset: number): Pick<InputError, 'line' | 'column'> => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const whole = (problem: Problem, offset?: number): InputError[] => [
    { ...problem, file, ...(offset === undefined ? nowhere : place(offset)), path: '' },
  ];
  try {
    const documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })];
    const [document, second] = documents;
    if (document === undefined) return failure(whole(emptyFile));
    // The first error is the author's; those after it mostly follow from it. What the package only warns
    // of, an unknown tag, would be read as something else than it says.
    const [fault] = [...document.errors, ...document.warnings];
    // Where the stack was full depends on the machine, so the place is not told.
    if (fault?.code === 'RESOURCE_EXHAUSTION') return failure(whole(nestedTooDeep));
    if (fault !== undefined) return failure(whole(syntaxProblem(fault), fault.pos[0]));
    if (second !== undefined) return failure(whole(multipleDocuments, second.range[0]));
    if (isNothing(document.contents)) return failure(whole(emptyFile));
    const lost = aliasOfNothing(document);
    if (lost !== undefined) return failure(whole(unknownAlias(lost.source), lost.range?.[0]));
    // The limit is the default of the package, spelt out: a few hundred bytes could else fill the memory.
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    return success({
      data,
      textAt: (path) => scalarText(follow(document, path).value),
      errorAt: (path, problem, at = 'value') => {
        const found = follow(document, path);
        const node = at === 'key' ? (found.key ?? found.value) : found.value;
        const offset = node?.range?.[0] ?? 0;
        return { ...problem, file, ...place(offset), path: formatPath(path.slice(0, found.depth)) };
      },
    });
  } catch (error) {
    // What the package throws: a ReferenceError about aliases, or the RangeError of a full stack.
    if (error instanceof RangeError) return failure(whole(nestedTooDeep));
    const isAboutAliases =
      error instanceof ReferenceError && error.message.startsWith('Excessive alias count');
    if (isAboutAliases) return failure(whole(tooManyAliases));
    throw error;
  }
}

/** `procedure[2].rotate`; a key that is no plain word is quoted: `expect.counters["east/n1"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

const nowhere = { line: undefined, column: undefined };

const emptyFile: Problem = {
  code: 'EMPTY_FILE',
  message: 'the file is empty',
  expected: 'a scenario: a mapping with at least title and clusters',
  hint: '',
};

const multipleDocuments: Problem = {
  code: 'MULTIPLE_DOCUMENTS',
  message: 'the file has more than one YAML document',
  expected: 'one scenario in a file',
  hint: 'write the others, after "---", to files of their own',
};

const tooManyAliases: Problem = {
  code: 'TOO_MANY_ALIASES',
  message: 'the YAML aliases of the file multiply',
  expected: 'aliases that stand for 100 nodes at most',
  hint: 'write out what is repeated',
};

const nestedTooDeep: Problem = {
  code: 'NESTED_TOO_DEEP',
  message: 'the file is nested too deep to be read',
  expected: 'a scenario',
  hint: '',
};

function unknownAlias(name: string): Problem {
  return {
    code: 'UNKNOWN_ALIAS',
    message: `the alias *${name} stands for nothing`,
    expected: `an anchor &${name} before it`,
    hint: 'a text that begins with * needs quotes',
  };
}

/** The first alias without an anchor before it. */
function aliasOfNothing(document: Document): Alias | undefined {
  const anchors = new Set<string>();
  let lost: Alias | undefined;
  visit(document, (_, node) => {
    if (isAlias(node)) {
      if (anchors.has(node.source)) return undefined;
      lost = node;
      return visit.BREAK;
    }
    if (isNode(node) && node.anchor !== undefined) anchors.add(node.anchor);
    return undefined;
  });
  return lost;
}

function syntaxProblem(error: YAMLError): Problem {
  const message = (error.message.split('\n')[0] ?? '').replace(/[.:]$/, '');
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return {
        code: 'DUPLICATE_KEY',
        message: 'the key stands twice in one mapping',
        expected: 'each key once',
        hint: 'remove one of the two, or make a list of them',
      };
    case 'TAB_AS_INDENT':
      return {
        code: 'TAB_INDENTATION',
        message: 'the line is indented with a tab',
        expected: 'spaces: YAML allows no tabs there',
        hint: 'replace each tab by two spaces',
      };
    default:
      return { code: 'YAML_SYNTAX', message, expected: 'YAML 1.2', hint: '' };
  }
}

function isNothing(contents: Node | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

interface Found {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
  /** How many parts of the path led somewhere. */
  readonly depth: number;
}

function follow(document: Document, path: Path): Found {
  let found: Found = { key: undefined, value: document.contents ?? undefined, depth: 0 };
  for (const part of path) {
    const parent = isAlias(found.value) ? found.value.resolve(document) : found.value;
    const next = isSeq(parent)
      ? { key: undefined, value: parent.items[part as number] as Node | undefined }
      : pairOf(parent, part);
    // An empty value (`title:`) has no node of its own place: its key is where the reader looks.
    const value = next?.value ?? next?.key;
    if (value === undefined) return found;
    found = { key: next?.key, value, depth: found.depth + 1 };
  }
  return found;
}

function pairOf(parent: Node | undefined, name: string | number): Omit<Found, 'depth'> | undefined {
  if (!isMap(parent)) return undefined;
  const pairs = parent.items as readonly Pair<Node | null, Node | null>[];
  const pair = pairs.find(({ key }) => isScalar(key) && String(key.value) === String(name));
  return pair && { key: pair.key ?? undefined, value: pair.value ?? undefined };
}

function scalarText(node: Node | undefined): string | undefined {
  return isScalar(node) ? node.source : undefined;
}
