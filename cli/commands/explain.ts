import { causesReport } from '../../reports/index.ts';
import { counterNamed } from '../counter-name.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readWholeLibrary } from '../library.ts';
import { paintFor } from '../paint.ts';

/** Counters that a kernel prints and never moves (Linux 5.10 to 7.2: nothing increments them). */
const dead: readonly string[] = ['XfrmOutBundleCheckError', 'XfrmOutPolDead'];

/** `keyturn explain`: every cause that ends in a counter, and how to tell which one it is. */
export function explain(written: string): ExitCode {
  const counter = counterNamed(written);
  const entries = readWholeLibrary().filter(({ counters }) => counters.includes(counter));
  const paint = paintFor(process.env, process.stdout.isTTY);
  process.stdout.write(
    entries.length === 0 ? unknownText(counter) : causesReport(counter, entries, paint),
  );
  return exitCode.holds;
}

function unknownText(counter: string): string {
  const reason = dead.includes(counter)
    ? 'no kernel from 5.10 to 7.2 ever moves it'
    : 'it is for something that Cilium does not use, or for a cause that the model does not have';
  return `${counter}: no scenario ends in it; ${reason}\n`;
}
