import { readSync, writeSync } from 'node:fs';
import type { Channel, ChannelLine, Fault } from '../wire/index.ts';

/** The longest line: a dump of a few thousand states. */
const longestLine = 8 * 1024 * 1024;

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
  readonly #decoder = new TextDecoder();
  #outgoing = '';
  #rest = '';
  /** How far the rest was looked through for an end of line. */
  #searched = 0;

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
      const end = this.#rest.indexOf('\n', this.#searched);
      if (end >= 0) {
        const text = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        this.#searched = 0;
        return { kind: 'line', text };
      }
      this.#searched = this.#rest.length;
      if (this.#searched > longestLine) {
        const message = `it wrote a line of more than ${longestLine} characters`;
        return { kind: 'ended', fault: { kind: 'flooded', message } };
      }
      const isTold = this.#flush();
      const length = readSync(this.#input, this.#chunk, 0, this.#chunk.length, null);
      if (length === 0) return { kind: 'ended', fault: this.#ended({ rest: this.#rest, isTold }) };
      this.#rest += this.#decoder.decode(this.#chunk.subarray(0, length), { stream: true });
    }
  }

  /** Answers whether the other side has taken it all. */
  #flush(): boolean {
    if (this.#outgoing === '') return true;
    const bytes = Buffer.from(this.#outgoing);
    this.#outgoing = '';
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#output, bytes, done);
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
