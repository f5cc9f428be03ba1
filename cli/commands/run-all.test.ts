import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { libraryTexts, readWholeLibrary } from '../library.ts';
import { captured, messageOf } from '../test-support/captured.ts';
import { makeFolder } from '../test-support/folder.ts';
import { runAll } from './run-all.ts';

/** A library of one scenario of the real one, with a part of its text replaced. */
function libraryWith(id: string, part: string, other: string) {
  const text = libraryTexts().find((one) => one.id === id)?.text ?? '';
  const root = makeFolder();
  mkdirSync(join(root, 'rotation'));
  writeFileSync(join(root, `${id}.yaml`), text.replace(part, other));
  return readWholeLibrary(root);
}

const early = 'rotation/old-key-reclaimed-early';

describe('a run of the library', () => {
  it('holds where all is as it says', () => {
    const { text, value } = captured(() => runAll(libraryWith('rotation/healthy', '', '')));
    expect(value).toBe(0);
    expect(text).toBe('ok      rotation/healthy\n1 scenarios, 0 not as expected\n');
  });

  it('names the one number that is another, of the run as of its remedy', () => {
    const altered = libraryWith(early, 'XfrmInNoStates: 561', 'XfrmInNoStates: 562');
    const { text, value } = captured(() => runAll(altered));
    expect(value).toBe(1);
    expect(text).toContain(
      `FAILED  ${early}\n        remedy: counters of east/n1: XfrmInNoStates 562,`,
    );
    const first = captured(() => runAll(libraryWith('rotation/healthy', 'count: 16', 'count: 17')));
    expect(first.value).toBe(1);
    expect(first.text).toContain('keys in use of east/n1 at 300 s: 17, but found 16');
  });

  it('reports a scenario that cannot be loaded', () => {
    expect(messageOf(() => libraryWith(early, 'expect:', 'expct:'))).toContain(
      'unknown key "expct"',
    );
  });
});
