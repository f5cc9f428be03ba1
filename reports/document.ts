import type { Scenario } from '../sim/index.ts';

export type ReportOutcome = 'holds' | 'violated' | 'inconclusive';

/** One thing that was tried: a run, a seed, a scenario. */
export interface ReportCase {
  readonly name: string;
  readonly outcome: ReportOutcome;
  /** In one line: what was found. */
  readonly message: string;
  /** The evidence, line by line. */
  readonly detail: readonly string[];
}

export interface ReportTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * What a command found, in the form that every file format is made from. A command that wants
 * reports makes one of these; it knows nothing of the formats.
 */
export interface ReportDocument {
  readonly title: string;
  readonly outcome: ReportOutcome;
  /** The verdict in one sentence. */
  readonly summary: string;
  /** The file that was looked at, as the user named it. */
  readonly file: string;
  /** The command that finds the same again. */
  readonly repeat: string;
  readonly cases: readonly ReportCase[];
  readonly tables: readonly ReportTable[];
  /** The same as data, as `--json` prints it: one JSON text with a newline at its end. */
  readonly json: string;
  /** The run on which the lab page opens; without one there is no page to show. */
  readonly run: Scenario | undefined;
}
