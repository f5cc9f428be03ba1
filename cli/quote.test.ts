import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { commandLine } from './quote.ts';

it('leaves plain words as they are', () => {
  expect(commandLine(['keyturn', 'run', './a-b/c_1.yaml', '--seed', '1.2'])).toBe(
    'keyturn run ./a-b/c_1.yaml --seed 1.2',
  );
});

it.each(['', "it's", 'two words', '$HOME', '`id`', 'a"b', '*', '~', 'ü', 'a\nb', '#'])(
  'quotes %j so that a shell reads it as it was',
  (word) => {
    const line = commandLine(['printf', '%s', word]);
    expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })).toBe(word);
  },
);
