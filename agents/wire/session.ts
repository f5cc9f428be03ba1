import { z } from 'zod';
import type { Operation } from '../../model/agent/index.ts';
import { assert } from '../../model/assert.ts';
import type { Result } from '../../model/result.ts';
import { failure, success } from '../../model/result.ts';
import type { Channel, Fault, FaultKind } from './channel.ts';
import { type Hello, helloResult, protocolVersion, type WireInput } from './inputs.ts';
import type { KeyBook } from './key-book.ts';
import {
  isOperationMethod,
  operationFrom,
  operationSchemas,
  type Question,
  type WireResult,
} from './operations.ts';

/** What an agent says next about an input. */
export type Said =
  | { readonly kind: 'asks'; readonly id: number; readonly asked: Operation | Question }
  | { readonly kind: 'done' }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** What bounds an agent that does not come to an end. */
export interface SessionLimits {
  /** Messages about one input. */
  readonly messages: number;
  /** Requests that were not answered yet, when an agent sends ahead. */
  readonly unanswered: number;
}

export const sessionLimits: SessionLimits = { messages: 100_000, unanswered: 1_000 };

/** What a request and a response look like: for the reason why a message is neither. */
const responseSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.int(),
  result: z.unknown(),
});
const errorSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.int().nullable(),
  error: z.looseObject({ code: z.int(), message: z.string() }),
});
const requestSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.int(),
  method: z.string(),
  params: z.unknown(),
});

/** An input that the agent is about: what it said and nobody has taken yet. */
interface Open {
  readonly method: string;
  readonly inbox: Message[];
  messages: number;
}

type Message =
  | { readonly kind: 'asks'; readonly id: number; readonly asked: Operation | Question }
  | { readonly kind: 'done'; readonly result: unknown };

/**
 * The harness's side of one process: JSON-RPC 2.0, one message a line, each side both asking and
 * answering. Inputs of several nodes may be open at once; what the agent says is kept for the one
 * that it is about. The first fault ends it all.
 */
export class Session {
  readonly #channel: Channel;
  readonly #limits: SessionLimits;
  #keys: KeyBook;
  #lastId = 0;
  readonly #open = new Map<number, Open>();
  /** Inputs whose node was stopped: what the agent still says of them is dropped. */
  readonly #abandoned = new Set<number>();
  #fault: Fault | undefined = undefined;

  constructor(channel: Channel, keys: KeyBook, limits: SessionLimits = sessionLimits) {
    this.#channel = channel;
    this.#keys = keys;
    this.#limits = limits;
  }

  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** Keys are numbered anew in each run. */
  useKeys(keys: KeyBook): void {
    this.#keys = keys;
  }

  /** Agrees on the version, and hears what the agent is. */
  hello(harness: string): Result<Hello, Fault> {
    const id = this.request({ method: 'hello', params: { protocol: protocolVersion, harness } });
    const answer = this.#next(id);
    if (answer === undefined || answer.kind === 'asks') {
      return failure(
        this.#fault ?? this.#fail('invalidMessage', 'it asks before it has said hello'),
      );
    }
    const version = z.looseObject({ protocol: z.int() }).safeParse(answer.result);
    if (version.success && version.data.protocol !== protocolVersion) {
      const theirs = version.data.protocol;
      return failure(
        this.#fail(
          'wrongVersion',
          `it speaks version ${theirs}, keyturn version ${protocolVersion}`,
        ),
      );
    }
    const hello = helloResult.safeParse(answer.result);
    if (hello.success) return success(hello.data);
    return failure(this.#invalid('its answer to hello', hello.error));
  }

  /** Sends a request, and opens its input. */
  request({ method, params }: WireInput): number {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#open.set(id, { method, inbox: [], messages: 0 });
    this.#send({ jsonrpc: '2.0', id, method, params });
    return id;
  }

  /** Waits for what the agent says next about an input. */
  hear(id: number): Said {
    const message = this.#next(id);
    if (message === undefined) {
      return { kind: 'fault', fault: this.#fault ?? { kind: 'exited', message: 'it is gone' } };
    }
    return message.kind === 'asks' ? message : { kind: 'done' };
  }

  answer(id: number, result: WireResult): void {
    // Nearly all answers say no more than this.
    const isBareOk = result.errno === 'ok' && Object.keys(result).length === 1;
    if (isBareOk) this.#write(`{"jsonrpc":"2.0","id":${id},"result":{"errno":"ok"}}`);
    else this.#send({ jsonrpc: '2.0', id, result });
  }

  /** Tells that the agent of a node is gone, its inputs with it, and waits until that is known. */
  stop(node: string, inputs: Iterable<number>): void {
    if (this.#fault !== undefined) return;
    for (const id of inputs) if (this.#open.delete(id)) this.#abandoned.add(id);
    const id = this.request({ method: 'stop', params: { node } });
    while (this.#next(id)?.kind === 'asks');
    this.#abandoned.clear();
  }

  #send(message: object): void {
    this.#write(JSON.stringify(message));
  }

  #write(line: string): void {
    if (this.#fault === undefined) this.#channel.write(`${line}\n`);
  }

  /** The next message about an input; undefined: there was a fault. */
  #next(id: number): Message | undefined {
    const open = this.#open.get(id);
    while (this.#fault === undefined && open !== undefined) {
      const message = open.inbox.shift();
      if (message === undefined) this.#readOne();
      else if (message.kind === 'asks') return message;
      else {
        this.#open.delete(id);
        return message;
      }
    }
    return undefined;
  }

  #readOne(): void {
    const line = this.#channel.readLine();
    if (line.kind === 'ended') {
      this.#fault ??= line.fault;
      return;
    }
    let message: unknown;
    try {
      message = JSON.parse(line.text);
    } catch {
      this.#fail('invalidJson', `it wrote a line that is no JSON: ${excerpt(line.text)}`);
      return;
    }
    if (isObject(message) && 'method' in message) this.#takeRequest(message);
    else this.#takeResponse(message);
  }

  #takeRequest(message: object): void {
    if (!isRequest(message)) {
      const { error } = requestSchema.safeParse(message);
      assert(error !== undefined, 'the schema refuses what is no request');
      this.#invalid('its request', error);
      return;
    }
    const { id, method, params } = message;
    if (!isOperationMethod(method)) {
      this.#fail('invalidMessage', `it asks for ${excerpt(method)}, which is no method`);
      return;
    }
    const read = operationSchemas[method].safeParse(params);
    if (!read.success) {
      this.#invalid(method, read.error);
      return;
    }
    if (this.#abandoned.has(read.data.input)) return;
    const asked = operationFrom(
      { method, params: read.data } as Parameters<typeof operationFrom>[0],
      this.#keys,
    );
    this.#keep(read.data.input, { kind: 'asks', id, asked }, method);
  }

  #takeResponse(message: unknown): void {
    if (isResponse(message)) {
      const { id, result } = message;
      if (!this.#abandoned.has(id)) this.#keep(id, { kind: 'done', result }, 'an answer');
      return;
    }
    const refused = errorSchema.safeParse(message);
    if (refused.success) {
      const what = this.#open.get(refused.data.id ?? 0)?.method ?? 'a request';
      this.#fail(
        'invalidMessage',
        `it answers ${what} with an error: ${excerpt(refused.data.error.message)}`,
      );
      return;
    }
    const { error } = responseSchema.safeParse(message);
    assert(error !== undefined, 'the schema refuses what is no response');
    this.#invalid('its message', error);
  }

  #keep(input: number, message: Message, what: string): void {
    const open = this.#open.get(input);
    if (open === undefined || open.inbox.at(-1)?.kind === 'done') {
      this.#fail('replyToNothing', `${what} is about request ${input}, which is not open`);
      return;
    }
    open.messages += 1;
    open.inbox.push(message);
    const { messages, unanswered } = this.#limits;
    if (open.messages > messages) {
      this.#fail('flooded', `it sent more than ${messages} messages about one ${open.method}`);
    } else if (open.inbox.length > unanswered) {
      this.#fail('flooded', `it sent ${unanswered} requests ahead of their answers`);
    }
  }

  #invalid(what: string, error: z.ZodError): Fault {
    const [issue] = error.issues;
    const path = issue?.path.join('.') ?? '';
    const where = path === '' ? '' : ` at ${path}`;
    return this.#fail(
      'invalidMessage',
      `${what}${where}: expected ${issue?.message ?? 'otherwise'}`,
    );
  }

  #fail(kind: FaultKind, message: string): Fault {
    this.#fault ??= { kind, message };
    return this.#fault;
  }
}

/** The same as the schemas say, which take ten times as long to say yes. */
function isRequest(message: object): message is z.output<typeof requestSchema> {
  const { jsonrpc, id, method } = message as Record<string, unknown>;
  const isOne = jsonrpc === '2.0' && Number.isSafeInteger(id) && typeof method === 'string';
  return isOne && 'params' in message && Object.keys(message).length === 4;
}

function isResponse(message: unknown): message is z.output<typeof responseSchema> {
  if (!isObject(message)) return false;
  const { jsonrpc, id } = message as Record<string, unknown>;
  const isOne = jsonrpc === '2.0' && Number.isSafeInteger(id);
  return isOne && 'result' in message && Object.keys(message).length === 3;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function excerpt(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(short);
}
