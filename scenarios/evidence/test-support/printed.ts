import { formatInputError } from '../../input-error.ts';
import { type EvidenceFile, measureDelays, type MeasureOptions } from '../measure-delays.ts';
import { delaysSnippet } from '../write-delays.ts';

/** A file of evidence with this text. */
export function evidence(name: string, text: string): EvidenceFile {
  return { name, lines: text.replace(/\n$/, '').split('\n') };
}

/** What `keyturn import --delays` would print of the files: the delays and notes, or the error. */
export function printed(...files: readonly EvidenceFile[]): string {
  return printedWith({}, ...files);
}

export function printedWith(options: MeasureOptions, ...files: readonly EvidenceFile[]): string {
  const measured = measureDelays(files, options);
  if (!measured.ok) return formatInputError(measured.error);
  const notes = measured.value.notes.map((note) => `note: ${note}\n`);
  return [delaysSnippet(measured.value.delays), ...notes].join('');
}
