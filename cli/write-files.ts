import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
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
    assertReplaceable(path);
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
    // Unlike writeSync, it goes on until all is written: a disk that fills up is an error.
    attempt(this.#path, () => {
      writeFileSync(this.#descriptor, text);
    });
    this.#pending = [];
    this.#pendingLength = 0;
  }
}

/** Writes all of these files, or, if one cannot be written, none of them. */
export function writeTogether(
  files: readonly { readonly path: string; readonly text: string }[],
): void {
  const temporary = (path: string): string => `${path}.${process.pid}.part`;
  for (const { path } of files) assertReplaceable(path);
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

/** Refuses a path that cannot be written, before the work whose result is to go there. */
export function assertWritable(path: string): void {
  assertReplaceable(path);
  const temporary = `${path}.${process.pid}.part`;
  attempt(path, () => {
    writeFileSync(temporary, '', { flag: 'wx' });
    rmSync(temporary);
  });
}

/** Makes a folder, and those that it is in, where it is not there. */
export function ensureFolder(path: string): void {
  attempt(path, () => {
    makeFolder(resolve(path));
  });
}

/** Not by Node's own option `recursive`, which never ends where a folder may not have others, as /proc. */
function makeFolder(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) return;
  if (there === undefined) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another run may have made it since.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/** A folder cannot be replaced by a file, and a device such as /dev/null must not be. */
function assertReplaceable(path: string): void {
  const there = attempt(path, () => statSync(path, { throwIfNoEntry: false }));
  if (there === undefined || there.isFile()) return;
  const what = there.isDirectory() ? 'it is a folder' : 'it is not a regular file';
  throw cannotWrite(path, what);
}

function cannotWrite(path: string, reason: string): BadInput {
  return new BadInput(
    `${path}: cannot be written: ${reason}\n  hint: give the path of a file in a folder that exists and that you may write to`,
  );
}

function attempt<Value>(path: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    const reason = reasonOf(error);
    throw cannotWrite(path, reason === 'no such file' ? 'no such folder' : reason);
  }
}
