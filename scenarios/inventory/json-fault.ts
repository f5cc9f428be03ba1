/** Where a text stops being JSON. */
export interface JsonFault {
  /** Of the first character that cannot be part of JSON; the text's length where it ends early. */
  readonly offset: number;
  /** What may stand there. */
  readonly expected: string;
  /** How many objects and arrays are open there. */
  readonly open: number;
}

type Want = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd' | 'nothing';
type TokenKind = '{' | '}' | '[' | ']' | ',' | ':' | 'string' | 'scalar';

interface Token {
  readonly kind: TokenKind;
  readonly end: number;
}

const expectations: Readonly<Record<Want, string>> = {
  value: 'a value',
  valueOrEnd: 'a value or "]"',
  key: 'a key in double quotes',
  keyOrEnd: 'a key in double quotes or "}"',
  colon: '":"',
  commaOrEnd: '"," or a closing bracket',
  nothing: 'the end of the text',
};

/**
 * The first fault of a text that JSON.parse refuses, or undefined if there is none. JSON.parse says
 * where only in some engines and in other words from version to version; this is the same for all.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ('{' | '[')[] = [];
  let want: Want = 'value';
  let offset = skipSpace(text, 0);
  while (offset < text.length) {
    const token = readToken(text, offset);
    if ('faultAt' in token) {
      return {
        offset: token.faultAt,
        expected: token.expected ?? expectations[want],
        open: open.length,
      };
    }
    const next = afterToken(want, token.kind, open);
    if (next === undefined) return { offset, expected: expectations[want], open: open.length };
    want = next;
    offset = skipSpace(text, token.end);
  }
  if (want === 'nothing') return undefined;
  return { offset: text.length, expected: expectations[want], open: open.length };
}

/** What may follow once the token is read, or undefined if the token may not stand here. */
function afterToken(want: Want, kind: TokenKind, open: ('{' | '[')[]): Want | undefined {
  switch (want) {
    case 'value':
    case 'valueOrEnd':
      return kind === ']' && want === 'valueOrEnd' ? close(open) : startValue(kind, open);
    case 'key':
    case 'keyOrEnd':
      if (kind === 'string') return 'colon';
      return kind === '}' && want === 'keyOrEnd' ? close(open) : undefined;
    case 'colon':
      return kind === ':' ? 'value' : undefined;
    case 'commaOrEnd':
      return afterValue(kind, open);
    case 'nothing':
      return undefined;
  }
}

function startValue(kind: TokenKind, open: ('{' | '[')[]): Want | undefined {
  if (kind === 'string' || kind === 'scalar') return open.length === 0 ? 'nothing' : 'commaOrEnd';
  if (kind !== '{' && kind !== '[') return undefined;
  open.push(kind);
  return kind === '{' ? 'keyOrEnd' : 'valueOrEnd';
}

function afterValue(kind: TokenKind, open: ('{' | '[')[]): Want | undefined {
  const inObject = open.at(-1) === '{';
  if (kind === ',') return inObject ? 'key' : 'value';
  return kind === (inObject ? '}' : ']') ? close(open) : undefined;
}

function close(open: ('{' | '[')[]): Want {
  open.pop();
  return open.length === 0 ? 'nothing' : 'commaOrEnd';
}

interface TokenFault {
  readonly faultAt: number;
  readonly expected?: string;
}

function readToken(text: string, offset: number): Token | TokenFault {
  const first = text.charAt(offset);
  switch (first) {
    case '{':
    case '}':
    case '[':
    case ']':
    case ',':
    case ':':
      return { kind: first, end: offset + 1 };
    case '"':
      return readString(text, offset);
    default:
      return readScalar(text, offset);
  }
}

/** A loop and not one regular expression, whose backtracking would outgrow a long string. */
function readString(text: string, offset: number): Token | TokenFault {
  for (let at = offset + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { kind: 'string', end: at + 1 };
    if (code < 0x20) return { faultAt: at, expected: 'the end of the string' };
    if (code === 0x5c) at += 1;
  }
  return { faultAt: text.length, expected: 'the end of the string' };
}

const scalar =
  /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.+-])/y;

function readScalar(text: string, offset: number): Token | TokenFault {
  scalar.lastIndex = offset;
  if (scalar.test(text)) return { kind: 'scalar', end: scalar.lastIndex };
  // A word cut off by the end of the text is a text that ends early.
  const rest = text.slice(offset, offset + 64);
  return /^[\w.+-]{1,63}$/.test(rest) ? { faultAt: text.length } : { faultAt: offset };
}

function skipSpace(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at += 1;
  return at;
}
