import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashIndex } from './hash-index.ts';

class Item {
  readonly hash: number;
  nextInBucket: Item | undefined = undefined;

  constructor(hash: number) {
    this.hash = hash;
  }
}

function emptyIndex(): HashIndex<Item> {
  return new HashIndex<Item>((item) => item.hash);
}

function itemsUnder(index: HashIndex<Item>, hash: number): Set<Item> {
  const found = new Set<Item>();
  for (let item = index.bucket(hash); item !== undefined; item = item.nextInBucket) {
    if (item.hash === hash) found.add(item);
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
        const index = emptyIndex();
        const model = new Map<number, Set<Item>>(hashes.map((hash) => [hash, new Set()]));
        for (const { add, hash } of actions) {
          const items = model.get(hash) as Set<Item>;
          const [oldest] = items;
          if (add || oldest === undefined) {
            const item = new Item(hash);
            items.add(item);
            index.add(item);
          } else {
            items.delete(oldest);
            expect(index.remove(oldest)).toBe(true);
          }
        }
        for (const hash of hashes) expect(itemsUnder(index, hash)).toEqual(model.get(hash));
        expect(index.size).toBe([...model.values()].reduce((sum, set) => sum + set.size, 0));
      }),
    );
  });

  it('removes nothing that was not added', () => {
    const index = emptyIndex();
    index.add(new Item(1));
    expect(index.remove(new Item(1))).toBe(false);
    expect(index.size).toBe(1);
  });
});
