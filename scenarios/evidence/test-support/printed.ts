import { formatInputError } from '../../input-error.ts';
import { type EvidenceFile, measureDelays } from '../measure-delays.ts';
import { delaysSnippet } from '../write-delays.ts';

/** A file of evidence with this text. */
export function evidence(name: string, text: string): EvidenceFile {
  return { name, lines: text.replace(/\n$/, '').split('\n') };
}

/** What `keyturn import --delays` would print of the files: the delays, or the error. */
export function printed(...files: readonly EvidenceFile[]): string {
  const measured = measureDelays(files);
  return measured.ok
    ? [delaysSnippet(measured.value.delays), ...measured.value.notes].join('')
    : formatInputError(measured.error);
}
