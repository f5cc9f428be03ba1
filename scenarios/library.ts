import { failure, type Result, success } from '../model/result.ts';
import type { CiliumRelease } from '../model/release.ts';
import type { Expectation, Lesson, Scenario } from '../sim/index.ts';
import type { InputError } from './input-error.ts';
import { type LoadOptions, loadScenario, readScenarioFile } from './load.ts';
import { buildLesson } from './schema/lesson.ts';

/** A scenario of the library as it is stored. */
export interface LibraryText {
  /** Its path in `scenarios/` without the ending: `rotation/healthy`. */
  readonly id: string;
  readonly text: string;
}

/** A scenario of the library: what it teaches, and what must come of it. */
export interface LibraryEntry {
  readonly id: string;
  /** `rotation`, or `incidents/tier-1`. */
  readonly folder: string;
  readonly title: string;
  readonly lesson: Lesson;
  /** Every release that an agent has at some time of the run. */
  readonly releases: readonly CiliumRelease[];
  /** The counters and drop reasons that some node must show above zero. */
  readonly counters: readonly string[];
  readonly outcome: 'safe' | 'unsafe' | 'refused' | 'unsaid';
  readonly content: LibraryContent;
}

export type LibraryContent =
  | { readonly kind: 'run'; readonly scenario: Scenario }
  /** The scenario must not be loaded: with the code expected, and the errors found. */
  | {
      readonly kind: 'refused';
      readonly expected: string;
      readonly found: readonly InputError[];
    };

/**
 * Reads scenarios of the library from their texts, ordered by ID. Fails with the errors of all those
 * that cannot be loaded, unless they expect that.
 */
export function readLibrary(
  texts: readonly LibraryText[],
  optionsOf: (id: string) => LoadOptions = (id) => ({ file: `${id}.yaml` }),
): Result<readonly LibraryEntry[], readonly InputError[]> {
  const ordered = [...texts].sort((one, other) => (one.id < other.id ? -1 : 1));
  const read = ordered.map((text) => readLibraryEntry(text, optionsOf(text.id)));
  const errors = read.flatMap((entry) => (entry.ok ? [] : entry.error));
  if (errors.length > 0) return failure(errors);
  return success(read.flatMap((entry) => (entry.ok ? [entry.value] : [])));
}

export function readLibraryEntry(
  { id, text }: LibraryText,
  options: LoadOptions,
): Result<LibraryEntry, readonly InputError[]> {
  const file = readScenarioFile(text, options.file);
  if (!file.ok) return file;
  const loaded = loadScenario(text, options);
  const { refused } = file.value.expect;
  if (refused === undefined && !loaded.ok) return loaded;
  const about = {
    id,
    folder: id.slice(0, Math.max(0, id.lastIndexOf('/'))),
    title: file.value.title,
    lesson: buildLesson(file.value),
  };
  if (refused !== undefined || !loaded.ok) {
    const found = loaded.ok ? [] : loaded.error;
    const content = { kind: 'refused', expected: refused ?? '', found } as const;
    return success({ ...about, releases: [], counters: [], outcome: 'refused', content });
  }
  const scenario = loaded.value;
  return success({
    ...about,
    releases: releasesOf(scenario),
    counters: countersIn(scenario.expect),
    outcome: scenario.expect.verdict ?? 'unsaid',
    content: { kind: 'run', scenario },
  });
}

function releasesOf({ clusters, procedure }: Scenario): readonly CiliumRelease[] {
  const releases = clusters.map(({ release }) => release);
  const upgrades = procedure.flatMap((step) => (step.kind === 'upgrade' ? [step.release] : []));
  return [...new Set([...releases, ...upgrades])].sort();
}

function countersIn({ counters }: Expectation): readonly string[] {
  const above = Object.values(counters).flatMap((numbers) =>
    Object.entries(numbers).flatMap(([name, value]) => (value > 0 ? [name] : [])),
  );
  return [...new Set(above)].sort();
}
