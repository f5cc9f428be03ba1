import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashIndex } from './hash-index.ts';

function itemsUnder(index: HashIndex<object>, hash: number): Set<object> {
  const found = new Set<object>();
  for (let entry = index.first(hash); entry >= 0; entry = index.after(entry)) {
    found.add(index.at(entry));
  }
  return found;
}

describe('HashIndex', () => {
  it('holds, under every hash, what a Map of sets holds', () => {
    // Few hashes, far apart and negative, so that chains, shared buckets and growth all happen.
    const hashes = [0, 1, 8, -8, 16, 1 << 30, -1, 0x7fffffff];
    const action = fc.record({ add: fc.boolean(), hash: fc.constantFrom(...hashes) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
        const index = new HashIndex<object>();
        const model = new Map<number, Set<object>>(hashes.map((hash) => [hash, new Set()]));
        for (const { add, hash } of actions) {
          const items = model.get(hash) as Set<object>;
          const [oldest] = items;
          if (add || oldest === undefined) {
            const item = {};
            items.add(item);
            index.add(hash, item);
          } else {
            items.delete(oldest);
            expect(index.remove(hash, oldest)).toBe(true);
          }
        }
        for (const hash of hashes) expect(itemsUnder(index, hash)).toEqual(model.get(hash));
        expect(index.size).toBe([...model.values()].reduce((sum, set) => sum + set.size, 0));
      }),
    );
  });

  it('removes nothing that was added under another hash', () => {
    const index = new HashIndex<string>();
    index.add(1, 'one');
    expect(index.remove(2, 'one')).toBe(false);
    expect(index.size).toBe(1);
  });
});
