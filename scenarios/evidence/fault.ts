import type { DocumentPath } from '../inventory/source-document.ts';

/** Something wrong with evidence. The line is the one being read, unless it says another. */
export interface Fault {
  readonly message: string;
  readonly expected: string;
  readonly hint?: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: DocumentPath;
}
