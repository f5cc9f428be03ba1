/*
 * What Go's standard library makes of text, as far as reading the key file depends on it.
 */

/** The lines that bufio.ScanLines finds: ended by \n, one \r before it dropped; no empty rest. */
export function scanLines(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

const largestInt64 = 2n ** 63n - 1n;
const smallestInt64 = -(2n ** 63n);

/** What strconv.Atoi reads: an optional sign and decimal digits, within 64 bits; or undefined. */
export function atoi(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value > largestInt64 || value < smallestInt64 ? undefined : value;
}

/** What the conversion `uint8(value)` keeps: the lowest 8 bits. */
export function toUint8(value: bigint): number {
  return Number(BigInt.asUintN(8, value));
}

/** Whether encoding/hex.DecodeString accepts the text. */
export function isHex(text: string): boolean {
  return /^(?:[0-9a-fA-F]{2})*$/.test(text);
}

const namedEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
]);

/** What the verb %q prints: the text in double quotes, unprintable characters escaped. */
export function quote(text: string): string {
  return `"${Array.from(text, quoteCharacter).join('')}"`;
}

function quoteCharacter(character: string): string {
  const named = namedEscapes.get(character);
  if (named !== undefined) return named;
  if (character === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character)) return character;
  const code = character.codePointAt(0) as number;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
