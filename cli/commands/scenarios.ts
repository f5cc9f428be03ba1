import { ciliumReleases } from '../../model/release.ts';
import { lessonReport, libraryReport } from '../../reports/index.ts';
import { didYouMean, type LibraryEntry } from '../../scenarios/index.ts';
import { counterNamed } from '../counter-name.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput } from '../failure.ts';
import { libraryEntry, readWholeLibrary } from '../library.ts';
import { paintFor } from '../paint.ts';

export interface ScenariosOptions {
  readonly counter?: string;
  readonly release?: string;
  readonly folder?: string;
  readonly json?: true;
}

/** `keyturn scenarios`: the library, or those of it that fit every filter. */
export function scenarios(options: ScenariosOptions): ExitCode {
  const entries = readWholeLibrary();
  const fitting = filtersOf(options, entries).reduce((left, fits) => left.filter(fits), entries);
  process.stdout.write(options.json === true ? entriesJson(fitting) : listText(fitting));
  return exitCode.holds;
}

/** `keyturn scenarios show`: what one scenario teaches. */
export function showScenario(id: string, options: { readonly json?: true }): ExitCode {
  const entry = libraryEntry(id);
  const paint = paintFor(process.env, process.stdout.isTTY);
  process.stdout.write(options.json === true ? entriesJson([entry]) : lessonReport(entry, paint));
  return exitCode.holds;
}

function listText(entries: readonly LibraryEntry[]): string {
  return entries.length === 0 ? 'no scenario fits\n' : libraryReport(entries);
}

function entriesJson(entries: readonly LibraryEntry[]): string {
  const told = entries.map(({ content: _content, ...entry }) => entry);
  return `${JSON.stringify(told, null, 2)}\n`;
}

type Filter = (entry: LibraryEntry) => boolean;

function filtersOf(
  { counter, release, folder }: ScenariosOptions,
  entries: readonly LibraryEntry[],
): readonly Filter[] {
  const filters: Filter[] = [];
  if (counter !== undefined) {
    const name = counterNamed(counter);
    filters.push(({ counters }) => counters.includes(name));
  }
  if (release !== undefined) {
    const name = release.startsWith('cilium-') ? release : `cilium-${release}`;
    demand('--release', name, ciliumReleases);
    filters.push(({ releases }) => releases.some((one) => one === name));
  }
  if (folder !== undefined) {
    const name = folder.replace(/\/+$/, '');
    const folders = [...new Set(entries.flatMap((entry) => foldersOf(entry.folder)))];
    demand('--folder', name, folders);
    filters.push((entry) => foldersOf(entry.folder).includes(name));
  }
  return filters;
}

/** `incidents/tier-1` is in `incidents`, too. */
function foldersOf(folder: string): readonly string[] {
  const parts = folder.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function demand(option: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const hint = didYouMean(name, known);
  throw new BadInput(
    `${option}: there is no "${name}"\n  expected: one of: ${known.join(', ')}${hint === '' ? '' : `\n  hint: ${hint}`}`,
  );
}
