import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError } from '../assert.ts';
import { type Recipe, RecipeTable } from './recipe-table.ts';

describe('a recipe table', () => {
  test('numbers recipes as a Map with a string for a key would', () => {
    const small = fc.integer({ min: -1, max: 2 });
    const part = fc.oneof({ weight: 9, arbitrary: small }, fc.integer());
    const recipes = fc.array(fc.tuple(part, part, part, part, part), { maxLength: 400 });
    fc.assert(
      fc.property(recipes, (sequence: readonly Recipe[]) => {
        const table = new RecipeTable();
        const model = new Map<string, number>();
        for (const recipe of sequence) {
          const text = recipe.join();
          const expected = model.get(text) ?? model.size + 1;
          model.set(text, expected);
          expect(table.intern(recipe)).toBe(expected);
          expect(table.recipe(expected)).toEqual(recipe.map((value) => value | 0));
        }
        expect(table.size).toBe(model.size);
      }),
    );
  });

  test('keeps every number while it grows from 32 to 100,000', () => {
    const table = new RecipeTable();
    const recipe = (i: number): Recipe => [1, i % 317, (i / 317) | 0, i % 2, 7];
    for (let i = 0; i < 100_000; i += 1) table.intern(recipe(i));
    expect(table.size).toBe(100_000);
    let wrong = 0;
    for (let i = 0; i < 100_000; i += 1) {
      if (table.intern(recipe(i)) !== i + 1) wrong += 1;
      if (table.recipe(i + 1).join() !== recipe(i).join()) wrong += 1;
    }
    expect(wrong).toBe(0);
    expect(table.size).toBe(100_000);
  });

  test.each([0, 2, -1])('knows no number but those it gave: %i', (number) => {
    const table = new RecipeTable();
    table.intern([1, 2, 3, 4, 5]);
    expect(() => table.recipe(number)).toThrow(
      new AssertionError(`no recipe has the number ${String(number)}`),
    );
  });
});
