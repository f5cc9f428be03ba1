import { expect, test } from 'vitest';
import { inOrder } from './testers.ts';

/** Who does each task; the later a task, the sooner it is done. */
async function doersOf(count: number, last?: number): Promise<readonly string[]> {
  return inOrder(['a', 'b', 'c'], count, {
    perform: async (doer, place) => {
      for (let turn = place; turn < count; turn += 1) await Promise.resolve();
      return `${doer}${place}`;
    },
    isLast: (done) => done.endsWith(String(last)),
  });
}

test('the answers are in order, and the number of a task says who does it', async () => {
  expect(await doersOf(7)).toEqual(['a0', 'b1', 'c2', 'a3', 'b4', 'c5', 'a6']);
});

test('nothing counts after the first that ends it all', async () => {
  expect(await doersOf(9, 4)).toEqual(['a0', 'b1', 'c2', 'a3', 'b4']);
});

test('no tasks have no answers', async () => {
  expect(await doersOf(0)).toEqual([]);
});
