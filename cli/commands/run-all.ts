import { type Deviation, rehearseAndHeal } from '../../properties/index.ts';
import type { LibraryEntry } from '../../scenarios/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readWholeLibrary } from '../library.ts';
import { paintFor } from '../paint.ts';

/** `keyturn run --all`: runs the library, with every remedy, and compares all that is expected. */
export function runAll(entries: readonly LibraryEntry[] = readWholeLibrary()): ExitCode {
  const paint = paintFor(process.env, process.stdout.isTTY);
  let failures = 0;
  for (const entry of entries) {
    const deviations = deviationsOf(entry);
    if (deviations.length > 0) failures += 1;
    const mark = deviations.length === 0 ? paint.good('ok') : paint.bad('FAILED');
    const lines = deviations.map(
      ({ what, expected, found }) => `        ${what}: ${expected}, but found ${found}\n`,
    );
    process.stdout.write(`${mark.padEnd(6)}  ${entry.id}\n${lines.join('')}`);
  }
  process.stdout.write(`${entries.length} scenarios, ${failures} not as expected\n`);
  return failures === 0 ? exitCode.holds : exitCode.violated;
}

/** Where a scenario of the library, or its remedy, is not as it says itself. */
export function deviationsOf({ content }: LibraryEntry): readonly Deviation[] {
  if (content.kind === 'refused') {
    const found = content.found.map(({ code }) => code).join(', ');
    if (found === content.expected) return [];
    return [{ what: 'refusal', expected: content.expected, found: found || 'none' }];
  }
  const { verdict, deviations } = rehearseAndHeal(content.scenario);
  if (verdict.kind !== 'inconclusive') return deviations;
  const { verdict: expected = 'a verdict' } = content.scenario.expect;
  return [{ what: 'verdict', expected, found: verdict.reason }, ...deviations];
}
