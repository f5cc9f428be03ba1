import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float64Column, int32Column, uint32Column, uint8Column } from './columns.ts';

const makers = [float64Column, int32Column, uint32Column, uint8Column] as const;

describe('columns', () => {
  it('are of zeros, as long as asked for, and share no element with another', () => {
    const asked = fc.record({ maker: fc.constantFrom(...makers), length: fc.nat({ max: 600 }) });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 60 }), (wanted) => {
        const made = wanted.map(({ maker, length }, index) => {
          const column = maker(length);
          expect(column.length).toBe(length);
          expect(column.every((value) => value === 0)).toBe(true);
          return column.fill(index + 1);
        });
        for (const [index, column] of made.entries()) {
          expect(column.every((value) => value === index + 1)).toBe(true);
        }
      }),
    );
  });

  it('are cut from one block while they are short', () => {
    const columns = Array.from({ length: 9 }, () => float64Column(9).buffer);
    expect(new Set(columns).size).toBeLessThanOrEqual(2); // one block may have ended among them
    expect(int32Column(513).buffer.byteLength).toBe(513 * 4);
  });
});
