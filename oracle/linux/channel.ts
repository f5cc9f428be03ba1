import type { Readable, Writable } from 'node:stream';
import { defined } from '../../model/assert.ts';
import { KernelLost } from './failure.ts';
import { guestOperation, type GuestOperation } from './guest-operation.ts';

export interface GuestRequest {
  readonly operation: GuestOperation;
  readonly namespace?: number;
  readonly argument?: number;
  readonly payload?: Uint8Array;
}

export interface GuestAnswer {
  /** Negative: an errno. */
  readonly result: number;
  readonly payload: Buffer;
}

interface Waiting {
  readonly resolve: (answer: GuestAnswer) => void;
  readonly reject: (error: Error) => void;
}

const requestHead = 8;
const answerHead = 8;

/**
 * Requests to the guest program and their answers, in the same order. Requests made in one turn of
 * the event loop travel together, so that a sequence of operations costs one exchange.
 */
export class Channel {
  readonly #to: Writable;
  readonly #silence: number;
  readonly #waiting: Waiting[] = [];
  #answered = 0;
  #outgoing: Uint8Array[] = [];
  #received: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `silence`: after how many milliseconds without another answer the guest is taken for lost. */
  constructor(from: Readable, to: Writable, silence: number) {
    this.#to = to;
    this.#silence = silence;
    from.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    from.on('end', () => {
      this.fail(new KernelLost('the channel to the kernel was closed'));
    });
    to.on('error', () => {
      this.fail(new KernelLost('the channel to the kernel broke'));
    });
  }

  /** How many answers arrived so far. */
  get answered(): number {
    return this.#answered;
  }

  request(request: GuestRequest): Promise<GuestAnswer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const payload = request.payload ?? new Uint8Array(0);
    const head = Buffer.alloc(requestHead);
    head.writeUInt32LE(payload.length, 0);
    head.writeUInt16LE(request.namespace ?? 0, 4);
    head.writeUInt8(guestOperation[request.operation], 6);
    head.writeUInt8(request.argument ?? 0, 7);
    if (this.#outgoing.length === 0)
      setImmediate(() => {
        this.#flush();
      });
    this.#outgoing.push(head, payload);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** Ends everything that waits, and all that is asked from now on. */
  fail(error: Error): void {
    this.#failure ??= error;
    clearTimeout(this.#timer);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  #flush(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    if (this.#failure !== undefined) return;
    this.#to.write(Buffer.concat(outgoing));
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    // Until the first answer the kernel starts, which has a limit of its own.
    if (this.#waiting.length === 0 || this.#answered === 0) return;
    this.#timer = setTimeout(() => {
      this.fail(new KernelLost(`the kernel did not answer for ${this.#silence / 1000} s`));
    }, this.#silence);
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let at = 0;
    while (this.#received.length - at >= answerHead) {
      const length = this.#received.readUInt32LE(at);
      if (this.#received.length - at < answerHead + length) break;
      const result = this.#received.readInt32LE(at + 4);
      const payload = this.#received.subarray(at + answerHead, at + answerHead + length);
      at += answerHead + length;
      this.#answered += 1;
      defined(this.#waiting.shift(), 'a request for this answer').resolve({ result, payload });
    }
    this.#received = this.#received.subarray(at);
    this.#watch();
  }
}
