import { expect, test } from 'vitest';
import { defined } from '../model/assert.ts';
import { formatPath, type Path, readYaml } from './yaml-source.ts';

const problem = { code: 'X', message: 'm', expected: 'e', hint: 'h' };

const source = (() => {
  const read = readYaml(
    `title: a
list:
  - one: 5.10
  - two:
"quoted key": { deep: "x" }
`,
    'a.yaml',
  );
  return defined(read.ok ? read.value : undefined, 'the source');
})();

test('the document is plain data', () => {
  expect(source.data).toEqual({
    title: 'a',
    list: [{ one: 5.1 }, { two: null }],
    'quoted key': { deep: 'x' },
  });
});

const places: readonly (readonly [Path, string, number, number])[] = [
  [[], '', 1, 1],
  [['title'], 'title', 1, 8],
  [['list'], 'list', 3, 3],
  [['list', 0, 'one'], 'list[0].one', 3, 10],
  [['quoted key', 'deep'], '["quoted key"].deep', 5, 23],
  // What does not exist is placed at what would hold it.
  [['list', 0, 'three'], 'list[0]', 3, 5],
  [['list', 7], 'list', 3, 3],
  [['title', 'inside'], 'title', 1, 8],
];

test.each(places)('%j stands at %s', (path, text, line, column) => {
  expect(source.errorAt(path, problem)).toEqual({
    ...problem,
    file: 'a.yaml',
    path: text,
    line,
    column,
  });
});

test('a key has a place of its own', () => {
  expect(source.errorAt(['list', 0, 'one'], problem, 'key')).toMatchObject({ line: 3, column: 5 });
});

test('the text of a scalar is as it was written', () => {
  expect(source.textAt(['list', 0, 'one'])).toBe('5.10');
  expect(source.textAt(['list'])).toBeUndefined();
});

test('formatPath quotes what is no plain word', () => {
  expect(formatPath(['expect', 'counters', 'east/n1', 'XfrmInNoStates'])).toBe(
    'expect.counters["east/n1"].XfrmInNoStates',
  );
});
