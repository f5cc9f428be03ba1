import { readFileSync } from 'node:fs';
import { failure, type Result, success } from '../model/result.ts';
import { BadInput } from './failure.ts';

/** The text of a file, or what is wrong with it in a few words. */
export function readText(path: string): Result<string, string> {
  try {
    const bytes = readFileSync(path);
    return success(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return failure(reasonOf(error));
  }
}

/** The text of a file that the user named. */
export function readNamed(path: string): string {
  const text = readText(path);
  if (!text.ok) {
    throw new BadInput(
      `${path}: cannot be read: ${text.error}\n  hint: give the path of a text file`,
    );
  }
  return text.value;
}

/** Node's own words for the commonest reasons are long; these are not. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EEXIST: 'there is a file in the way',
  ENOTDIR: 'part of the path is a file, not a folder',
  ENOSPC: 'the disk is full',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
};

export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
