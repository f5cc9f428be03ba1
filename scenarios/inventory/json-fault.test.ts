import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from './json-fault.ts';

describe('findJsonFault', () => {
  it('finds no fault in JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(findJsonFault(text)).toBeUndefined();
      }),
    );
  });

  it('finds the end of every object that is cut off', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, cut) => {
        const text = JSON.stringify(value);
        const start = text.slice(0, 1 + (cut % Math.max(1, text.length - 1)));
        fc.pre(start.length < text.length);
        expect(findJsonFault(start)?.offset).toBe(start.length);
      }),
    );
  });

  it.each([
    ['{"a" 1}', 5, '":"'],
    ['[1,]', 3, 'a value'],
    ['{"a":1,}', 7, 'a key in double quotes'],
    ['[1}', 2, '"," or a closing bracket'],
    ['{} {}', 3, 'the end of the text'],
    ['["a\nb"]', 3, 'the end of the string'],
    ['[01]', 1, 'a value or "]"'],
  ])('finds the fault of %j', (text, offset, expected) => {
    expect(findJsonFault(text)).toMatchObject({ offset, expected });
  });
});
