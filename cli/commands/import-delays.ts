import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Result } from '../../model/result.ts';
import type { Microseconds } from '../../model/time.ts';
import {
  delaysSnippet,
  instantExpected,
  loadScenario,
  measureDelays,
  type Measurement,
  parseDuration,
  parseInstant,
  parseMetricSelector,
  type Problem,
  writeDelays,
} from '../../scenarios/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput, badInput } from '../failure.ts';
import { commandLine } from '../quote.ts';
import { readNamed, readText } from '../read-file.ts';
import { readLines } from '../read-lines.ts';
import { writeTogether } from '../write-files.ts';

export interface ImportDelaysOptions {
  readonly delays: readonly string[];
  /** When the secret was written, for logs: an instant for each rotation. */
  readonly written?: readonly string[];
  /** Which histogram is which delay: DELAY=NAME. */
  readonly metric?: readonly string[];
  /** The longest time that the open bucket of a histogram holds. */
  readonly longest?: string;
  /** A scenario to write the delays into. */
  readonly scenario?: string;
  readonly out?: string;
  readonly force?: true;
}

/** `keyturn import --delays`: measured delays, printed, or written into a scenario. */
export function importDelays(options: ImportDelaysOptions): ExitCode {
  const { scenario, out } = options;
  if ((scenario === undefined) !== (out === undefined)) throw halfGiven(options);
  const measured = measure(options);
  if (scenario === undefined || out === undefined) {
    process.stdout.write(delaysSnippet(measured.delays));
    process.stderr.write(noteLines(measured));
    return exitCode.holds;
  }
  const text = writeDelays(sound(readNamed(scenario), scenario), measured.delays);
  sound(text, out);
  if (existsSync(out) && options.force !== true) {
    throw new BadInput(
      `${out}: there is such a file already\n  hint: name another with --out, or overwrite it with --force`,
    );
  }
  writeTogether([{ path: out, text }]);
  process.stdout.write(delaysSnippet(measured.delays));
  process.stdout.write(
    `${noteLines(measured)}\nwrote ${out}\n\nnext: ${commandLine(['keyturn', 'plan', out])}\n`,
  );
  return exitCode.holds;
}

/** What the files of evidence show. */
export function measure(
  options: Pick<ImportDelaysOptions, 'delays' | 'written' | 'metric' | 'longest'>,
): Measurement {
  const { delays, written = [], metric = [], longest } = options;
  const files = delays.map((name) => ({ name, lines: readLines(name) }));
  const measured = measureDelays(files, {
    written: written.map(instant),
    metrics: metric.map((text) => given('--metric', text, parseMetricSelector)),
    ...(longest === undefined ? {} : { longest: given('--longest', longest, parseDuration) }),
  });
  if (!measured.ok) throw badInput([measured.error]);
  return measured.value;
}

function given<Value>(
  option: string,
  text: string,
  parse: (text: string) => Result<Value, Problem>,
): Value {
  const parsed = parse(text);
  if (parsed.ok) return parsed.value;
  const { message, expected, hint } = parsed.error;
  throw new BadInput(`${option} ${text}: ${message}\n  expected: ${expected}\n  hint: ${hint}`);
}

function instant(text: string): Microseconds {
  const parsed = parseInstant(text);
  if (parsed !== undefined) return parsed.at;
  throw new BadInput(`--written ${text}: this is not an instant\n  expected: ${instantExpected}`);
}

/** The form of each file, and what of it does not count. */
export function noteLines({ forms, notes }: Measurement): string {
  const lines = [
    ...forms.map(({ file, form }) => `# ${file}: ${form}`),
    ...notes.map((note) => `# note: ${note}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The text of a scenario, if it is one where it stands: its inventories are found from there. */
function sound(text: string, path: string): string {
  const folder = dirname(path);
  const loaded = loadScenario(text, {
    file: path,
    readFile: (name) => readText(resolve(folder, name)),
  });
  if (!loaded.ok) throw badInput(loaded.error);
  return text;
}

function halfGiven({ out }: ImportDelaysOptions): BadInput {
  return out === undefined
    ? new BadInput(
        '--scenario is given without --out\n  hint: name the file to write with --out; the same one with --force',
      )
    : new BadInput(
        '--out is given, but nothing to write the delays into\n  expected: --scenario FILE, or --ciliumnodes FILE for a new one\n  hint: without --out the delays are printed',
      );
}
