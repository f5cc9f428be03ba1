import { readSync, writeSync } from 'node:fs';
import type { Channel, ChannelLine, Fault } from '../wire/index.ts';

/** The longest line, in bytes: a dump of a few thousand states. */
const longestLine = 8 * 1024 * 1024;
const lineFeed = 10;

/** How a channel came to its end. */
export interface ChannelEnd {
  /** What came after the last whole line. */
  readonly rest: string;
  /** Whether the other side has taken all that was written. */
  readonly isTold: boolean;
}

/**
 * A channel over two file descriptors; reading and writing block. What is written goes out when there
 * is no line left to read: each time that the other side is woken costs more than the lines.
 */
export class DescriptorChannel implements Channel {
  readonly #input: number;
  readonly #output: number;
  readonly #ended: (end: ChannelEnd) => Fault;
  readonly #chunk = Buffer.alloc(64 * 1024);
  #outgoing = '';
  /** Whole lines that were read, without their ends, the last one first. */
  #lines: string[] = [];
  /** What came after the last whole line: bytes, since a character may be cut in two. */
  #rest: Buffer[] = [];
  #restLength = 0;

  constructor(ends: {
    readonly input: number;
    readonly output: number;
    /** What it means that nothing more comes. */
    readonly ended: (end: ChannelEnd) => Fault;
  }) {
    this.#input = ends.input;
    this.#output = ends.output;
    this.#ended = ends.ended;
  }

  write(text: string): void {
    this.#outgoing += text;
  }

  readLine(): ChannelLine {
    for (;;) {
      const text = this.#lines.pop();
      if (text !== undefined) return { kind: 'line', text };
      if (this.#restLength > longestLine) {
        const message = `it wrote a line of more than ${longestLine} bytes`;
        return { kind: 'ended', fault: { kind: 'flooded', message } };
      }
      const isTold = this.#flush();
      const length = readSync(this.#input, this.#chunk, 0, this.#chunk.length, null);
      if (length === 0) {
        const rest = Buffer.concat(this.#rest).toString();
        return { kind: 'ended', fault: this.#ended({ rest, isTold }) };
      }
      this.#take(this.#chunk.subarray(0, length));
    }
  }

  #take(bytes: Buffer): void {
    const end = bytes.lastIndexOf(lineFeed);
    if (end >= 0) {
      const last = bytes.subarray(0, end);
      const whole = this.#restLength === 0 ? last : Buffer.concat([...this.#rest, last]);
      this.#lines = whole.toString().split('\n').reverse();
      this.#rest = [];
      this.#restLength = 0;
    }
    const rest = bytes.subarray(end + 1);
    if (rest.length === 0) return;
    this.#rest.push(Buffer.from(rest)); // the chunk is used again
    this.#restLength += rest.length;
  }

  /** Answers whether the other side has taken it all. */
  #flush(): boolean {
    if (this.#outgoing === '') return true;
    const text = this.#outgoing;
    this.#outgoing = '';
    try {
      let done = writeSync(this.#output, text);
      if (done === Buffer.byteLength(text)) return true;
      const bytes = Buffer.from(text);
      while (done < bytes.length) done += writeSync(this.#output, bytes, done);
      return true;
    } catch (error) {
      if (!isBrokenPipe(error)) throw error;
      return false; // Reading tells why.
    }
  }
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
