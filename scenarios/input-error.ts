/** Something wrong with what the user gave: always what, where, what was expected, and a hint. */
export interface InputError {
  /** A stable name for programs: `UNKNOWN_KEY`, `BAD_DURATION`, … */
  readonly code: string;
  /** What is wrong, in one sentence without a final stop. */
  readonly message: string;
  readonly file: string;
  /** 1-based; undefined where the file as a whole is meant. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The place inside the document: `procedure[2].rotate`. Empty for the whole. */
  readonly path: string;
  readonly expected: string;
  readonly hint: string;
}

/** The error as the command prints it, in at most four lines. */
export function formatInputError(error: InputError): string {
  const place = [error.file, error.line, error.column].filter((part) => part !== undefined);
  const at = error.path === '' ? '' : ` (at ${error.path})`;
  const lines = [`${place.join(':')}: ${error.message}${at}`];
  if (error.expected !== '') lines.push(`  expected: ${error.expected}`);
  if (error.hint !== '') lines.push(`  hint: ${error.hint}`);
  return lines.join('\n');
}
