import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventHeap } from './event-heap.ts';

class Named {
  readonly name: number;
  constructor(name: number) {
    this.name = name;
  }
  run(): void {
    throw new Error('a heap runs nothing');
  }
}

/** Pushes the time, or pops where there is none. */
type Action = { readonly push: number } | 'pop';

const actions = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 20 }) }) },
    { weight: 1, arbitrary: fc.record({ push: fc.maxSafeNat() }) },
    { weight: 2, arbitrary: fc.constant('pop' as const) },
  ),
  { maxLength: 400 },
);

test('agrees with a list that is sorted by time and then by order of pushing', () => {
  fc.assert(
    fc.property(actions, (list: readonly Action[]) => {
      const heap = new EventHeap();
      const model: { time: number; name: number }[] = [];
      list.forEach((action, name) => {
        if (action === 'pop') {
          const expected = model.shift();
          expect(heap.nextTime).toBe(expected?.time);
          expect((heap.pop() as Named | undefined)?.name).toBe(expected?.name);
        } else {
          const after = model.findIndex(({ time }) => time > action.push);
          model.splice(after < 0 ? model.length : after, 0, { time: action.push, name });
          heap.push(action.push, new Named(name));
        }
        expect(heap.size).toBe(model.length);
      });
    }),
    { numRuns: 300 },
  );
});

test('keeps the order of a thousand entries at one instant', () => {
  const heap = new EventHeap();
  const names = Array.from({ length: 1000 }, (_, name) => name);
  for (const name of names) heap.push(7, new Named(name));
  expect(names.map(() => (heap.pop() as Named).name)).toEqual(names);
  expect(heap.pop()).toBeUndefined();
  expect(heap.nextTime).toBeUndefined();
});
