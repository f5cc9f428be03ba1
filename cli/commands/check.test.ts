import { describe, expect, it } from 'vitest';
import { captured } from '../test-support/captured.ts';
import {
  expectsUnsafe,
  limited,
  makeFolder,
  put,
  safeText,
  scenarioText,
  unsafeText,
} from '../test-support/folder.ts';
import { check } from './check.ts';

const checkOf = (text: string, options = {}) => {
  const path = put(makeFolder(), 'a.yaml', text);
  return { path, ...captured(() => check(path, { runs: 3, ...options })) };
};

describe('the exit code of a check', () => {
  it.each([
    ['safe runs', safeText, 0],
    ['unsafe runs', unsafeText, 1],
    ['unsafe runs that are expected to be so', unsafeText + expectsUnsafe, 0],
    ['safe runs that are expected to be unsafe', safeText + expectsUnsafe, 1],
    ['runs that reached a limit', safeText + limited, 3],
  ])('of %s', (_what, text, code) => {
    expect(checkOf(text).value).toBe(code);
  });

  it('of runs of which some are unsafe', () => {
    const { text, value } = checkOf(scenarioText('uniform(0s, 3m)'), { runs: 10 });
    expect(text).toMatch(/\nruns {5}10: [1-9] safe, [1-9] unsafe\n/);
    expect(value).toBe(1);
  });
});

describe('what a check prints', () => {
  it('ends with the command that repeats the worst run', () => {
    const { path, text } = checkOf(scenarioText('uniform(0s, 3m)'), { runs: 10, seed: 'blue' });
    const worst = /\nThe worst run: seed (blue\.\d|blue)\n/.exec(text)?.[1];
    expect(worst).toBeDefined();
    expect(text.endsWith(`\nrepeat   keyturn run ${path} --seed ${worst}\n`)).toBe(true);
  });

  it('is JSON where that is asked for', () => {
    const parsed = JSON.parse(checkOf(safeText, { json: true }).text) as { runs: unknown[] };
    expect(parsed).toMatchObject({ verdict: 'safe', formatVersion: 1 });
    expect(parsed.runs).toHaveLength(3);
  });
});
