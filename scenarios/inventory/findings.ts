import type { InputError } from '../input-error.ts';
import type { ImportNote } from './import-note.ts';

/** What an import has come upon so far. Each of its steps adds to it. */
export interface Findings {
  readonly notes: ImportNote[];
  readonly errors: InputError[];
}
