import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InsertionOrder } from './insertion-order.ts';

class Item {
  nextInserted: Item | undefined = undefined;
  isDeleted = false;
}

describe('InsertionOrder', () => {
  it('is walked like a Set, also while it changes', () => {
    const action = fc.oneof(
      { weight: 3, arbitrary: fc.constant('add' as const) },
      { weight: 3, arbitrary: fc.nat({ max: 9 }) },
      { weight: 2, arbitrary: fc.constant('step' as const) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const order = new InsertionOrder<Item>();
        const model = new Set<Item>();
        const walk = order[Symbol.iterator]();
        const modelWalk = model.values();
        for (const what of actions) {
          if (what === 'add') {
            const item = new Item();
            order.add(item);
            model.add(item);
          } else if (what === 'step') {
            expect(walk.next().value).toBe(modelWalk.next().value);
          } else {
            const item = [...model][what];
            if (item === undefined) continue;
            item.isDeleted = true;
            order.noteDeletion();
            model.delete(item);
          }
        }
        expect(order.size).toBe(model.size);
        const items = [...order];
        expect(items.length).toBe(model.size);
        [...model].forEach((item, position) => expect(items[position]).toBe(item));
        for (const item of modelWalk) expect(walk.next().value).toBe(item);
        expect(walk.next().done).toBe(true);
      }),
    );
  });
});
