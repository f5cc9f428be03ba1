import { closeSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { BadInput } from './failure.ts';
import { reasonOf } from './read-file.ts';

/** Temporary files that are not yet whole: removed if the command fails. */
const unfinished = new Set<string>();

process.on('exit', () => {
  for (const path of unfinished) rmSync(path, { force: true });
});

/** A file that appears under its name only when it is whole. */
export class WholeFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #descriptor: number;
  #pending: string[] = [];
  #pendingLength = 0;

  constructor(path: string) {
    this.#path = path;
    this.#temporary = `${path}.${process.pid}.part`;
    this.#descriptor = attempt(path, () => openSync(this.#temporary, 'wx'));
    unfinished.add(this.#temporary);
  }

  writeLine(line: string): void {
    this.#pending.push(line);
    this.#pendingLength += line.length;
    if (this.#pendingLength > 1_000_000) this.#flush();
  }

  /** Puts the file under its name. */
  finish(): void {
    this.#flush();
    closeSync(this.#descriptor);
    attempt(this.#path, () => {
      renameSync(this.#temporary, this.#path);
    });
    unfinished.delete(this.#temporary);
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const text = this.#pending.join('\n') + '\n';
    attempt(this.#path, () => writeSync(this.#descriptor, text));
    this.#pending = [];
    this.#pendingLength = 0;
  }
}

/** Writes all of these files, or, if one cannot be written, none of them. */
export function writeTogether(
  files: readonly { readonly path: string; readonly text: string }[],
): void {
  const temporary = (path: string): string => `${path}.${process.pid}.part`;
  for (const { path, text } of files) {
    unfinished.add(temporary(path));
    attempt(path, () => {
      writeFileSync(temporary(path), text, { flag: 'wx' });
    });
  }
  for (const { path } of files) {
    attempt(path, () => {
      renameSync(temporary(path), path);
    });
    unfinished.delete(temporary(path));
  }
}

function attempt<Value>(path: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw new BadInput(`${path}: cannot be written: ${reasonOf(error)}`);
  }
}
