import { describe, expect, test } from 'vitest';
import { atoi, isHex, quote, scanLines, toUint8 } from './go-text.ts';

describe('bufio.ScanLines', () => {
  test.each([
    ['', []],
    ['\n', ['']],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\n\n', ['a', '']],
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\r\r\n', ['a\r']],
    ['a\r', ['a']],
    ['\r', ['']],
    ['a\rb', ['a\rb']],
  ])('%j has the lines %j', (text, lines) => {
    expect(scanLines(text)).toEqual(lines);
  });
});

describe('strconv.Atoi', () => {
  test.each([
    ['3', 3n],
    ['+3', 3n],
    ['-1', -1n],
    ['-0', 0n],
    ['008', 8n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
  ])('reads %j', (text, value) => {
    expect(atoi(text)).toBe(value);
  });

  test.each(['', '+', '-', '+-3', '3+', ' 3', '3 ', '0x3', '1_0', '1e1', '3.0', '٣'])(
    'does not read %j',
    (text) => {
      expect(atoi(text)).toBeUndefined();
    },
  );

  test.each(['9223372036854775808', '-9223372036854775809'])('%s is out of range', (text) => {
    expect(atoi(text)).toBeUndefined();
  });
});

describe('uint8()', () => {
  test.each([
    [-1n, 255],
    [-241n, 15],
    [-256n, 0],
    [15n, 15],
  ])('keeps of %d the lowest 8 bits: %i', (value, kept) => {
    expect(toUint8(value)).toBe(kept);
  });
});

describe('hex.DecodeString', () => {
  test.each(['', '00', 'aAfF09'])('accepts %j', (text) => {
    expect(isHex(text)).toBe(true);
  });

  test.each(['0', '0g', '0x00', '00 ', '00\n'])('refuses %j', (text) => {
    expect(isHex(text)).toBe(false);
  });
});

describe('%q', () => {
  test.each([
    ['abc', '"abc"'],
    ['a "b" \\', '"a \\"b\\" \\\\"'],
    ['\x07\b\f\n\r\t\v', '"\\a\\b\\f\\n\\r\\t\\v"'],
    ['\0\x1b\x7f', '"\\x00\\x1b\\x7f"'],
    ['é€😀', '"é€😀"'],
    ['\u00a0\u200b\u{e0001}', '"\\u00a0\\u200b\\U000e0001"'],
  ])('prints %j as %s', (text, printed) => {
    expect(quote(text)).toBe(printed);
  });
});
