/** What the import has to tell about what it made of the export. */
export interface ImportNote {
  /**
   * `assumed`: a fact that the export lacks was filled in. `notUnderstood`: something the model
   * does not know was left out. `warning`: a fact that makes a rotation risky, or the rehearsal
   * less like the cluster.
   */
  readonly level: 'assumed' | 'notUnderstood' | 'warning';
  readonly message: string;
  readonly file: string;
  /** The place inside the file: `data["enable-ipv6"]`. Empty for the whole. */
  readonly path: string;
}

const labels: Readonly<Record<ImportNote['level'], string>> = {
  assumed: 'assumed',
  notUnderstood: 'not understood',
  warning: 'warning',
};

/** The note as the command prints it, on one line. */
export function formatImportNote(note: ImportNote): string {
  const at = note.path === '' ? '' : ` (at ${note.path})`;
  return `${labels[note.level]}: ${note.file}: ${note.message}${at}`;
}

/** `node n1`, or `12 nodes (n1, n2, n3 and 9 more)`: who a note is about. */
export function nodesText(names: readonly string[]): string {
  const [first = ''] = names;
  if (names.length === 1) return `node ${first}`;
  const listed = names.slice(0, 3).join(', ');
  const rest = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${names.length} nodes (${listed}${rest})`;
}
