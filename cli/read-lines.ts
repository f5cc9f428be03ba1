import { closeSync, openSync, readSync } from 'node:fs';
import { BadInput } from './failure.ts';
import { reasonOf } from './read-file.ts';

const chunkSize = 1 << 16;
/** A bound on the memory: no log has such a line, and no query's answer needs to be so long. */
const longestLine = 1 << 26;

/** The lines of a file that the user named, read as they are asked for; the ends of lines go. */
export function* readLines(path: string): Generator<string> {
  const descriptor = attempt(path, 1, () => openSync(path, 'r'));
  try {
    yield* linesOf(path, descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function* linesOf(path: string, descriptor: number): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const chunk = new Uint8Array(chunkSize);
  let pieces: string[] = [];
  let length = 0;
  let line = 1;
  for (;;) {
    const size = attempt(path, line, () => readSync(descriptor, chunk));
    const text = attempt(path, line, () =>
      decoder.decode(chunk.subarray(0, size), { stream: size > 0 }),
    );
    const parts = text.split('\n');
    for (const [index, part] of parts.entries()) {
      pieces.push(part);
      length += part.length;
      if (length > longestLine) throw tooLong(path, line);
      if (index === parts.length - 1) break;
      yield pieces.join('').replace(/\r$/, '');
      [pieces, length, line] = [[], 0, line + 1];
    }
    if (size === 0) break;
  }
  if (length > 0) yield pieces.join('').replace(/\r$/, '');
}

function attempt<Value>(path: string, line: number, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    const place = line === 1 ? path : `${path}:${line}`;
    throw new BadInput(
      `${place}: cannot be read: ${reasonOf(error)}\n  hint: give the path of a text file`,
    );
  }
}

function tooLong(path: string, line: number): BadInput {
  return new BadInput(
    `${path}:${line}: the line is too long\n  expected: at most ${longestLine >> 20} million characters`,
  );
}
