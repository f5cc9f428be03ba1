import { closeSync, openSync, readSync } from 'node:fs';
import { defined } from '../model/assert.ts';
import { Recording, type Recorded } from '../reports/index.ts';
import { type TraceFault, TraceReplay } from '../sim/index.ts';
import { BadInput } from './failure.ts';
import { reasonOf } from './read-file.ts';

const chunkBytes = 1 << 16;
/** No line that keyturn writes is longer; a file without newlines must not fill the memory. */
const longestLine = 1 << 26;

/** Reads the trace of a run again, a piece at a time: its size does not matter. */
export function readTrace(path: string): Recorded {
  const recordings: Recording[] = [];
  const replay = new TraceReplay((scenario, trace) => {
    recordings.push(new Recording(scenario, trace));
  });
  const reader = new LineReader((line) => {
    const taken = replay.takeLine(line);
    if (!taken.ok) throw refusal(path, taken.error);
  }, path);
  readPieces(path, reader);
  const run = replay.finish();
  if (!run.ok) throw refusal(path, run.error);
  return defined(recordings[0], 'recording').finish(run.value);
}

function readPieces(path: string, reader: LineReader): void {
  let descriptor = -1;
  try {
    descriptor = openSync(path, 'r');
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const length = readSync(descriptor, chunk);
      if (length === 0) break;
      reader.take(chunk.subarray(0, length));
    }
    reader.end();
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(
      `${path}: cannot be read: ${reasonOf(error)}\n  hint: give the path of a file that keyturn run --trace wrote`,
    );
  } finally {
    if (descriptor !== -1) closeSync(descriptor);
  }
}

/** Cuts a stream of bytes into lines. */
class LineReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #takeLine: (line: string) => void;
  readonly #path: string;
  /** The beginning of a line whose end is still to come. */
  #pieces: string[] = [];
  #length = 0;

  constructor(takeLine: (line: string) => void, path: string) {
    this.#takeLine = takeLine;
    this.#path = path;
  }

  take(bytes: Uint8Array): void {
    const [first = '', ...others] = this.#decoder.decode(bytes, { stream: true }).split('\n');
    this.#keep(first);
    for (const part of others) {
      this.#takeLine(this.#pieces.join(''));
      this.#pieces = [];
      this.#length = 0;
      this.#keep(part);
    }
  }

  #keep(part: string): void {
    this.#pieces.push(part);
    this.#length += part.length;
    if (this.#length > longestLine) {
      throw new BadInput(
        `${this.#path}: a line is longer than ${longestLine} characters\n  expected: a file that keyturn run --trace wrote`,
      );
    }
  }

  end(): void {
    this.#keep(this.#decoder.decode());
    if (this.#length === 0) return;
    throw new BadInput(
      `${this.#path}: the trace ends in the middle of a line: it was cut off\n  expected: a last line with the digest\n  hint: write it anew with keyturn run SCENARIO --trace FILE`,
    );
  }
}

function refusal(path: string, { line, what, expected, hint }: TraceFault): BadInput {
  return new BadInput(`${path}:${line}: ${what}\n  expected: ${expected}\n  hint: ${hint}`);
}
