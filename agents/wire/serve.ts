import {
  type AgentEnvironment,
  type AgentInput,
  agentProfiles,
  type Operation,
  type OperationResult,
} from '../../model/agent/index.ts';
import { defined } from '../../model/assert.ts';
import type { CiliumRelease } from '../../model/release.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Channel } from './channel.ts';
import {
  type InputMethod,
  type InputParams,
  protocolVersion,
  readAgentInput,
  readSettings,
  readStart,
} from './inputs.ts';
import { readNodeRecord } from './fields.ts';
import { BytesOfRing, LoggingKeyRing } from './key-book.ts';
import { resultFrom, type WireResult, writeOperation } from './operations.ts';
import { sessionLimits } from './session.ts';

/** One operation, or several, which are sent ahead of the answers to those before them. */
export type Asked = Operation | readonly Operation[];

/** The answer: for several, to each, with the first errno that is not ok. */
export interface Answer extends OperationResult {
  readonly answers?: readonly OperationResult[];
}

/** A part of what a served agent does that ends with a value for the rest. */
export type ServedSteps<Returned> = Generator<Asked, Returned, Answer>;

/** An agent, as the simulator runs it, that may also send ahead: nothing waits there, but here it does. */
export interface ServedAgent {
  handle(input: AgentInput, now: Microseconds): ServedSteps<void>;
}

/** An agent over the library, and what it says of itself. */
export interface Served {
  readonly name: string;
  readonly version: string;
  readonly make: (environment: AgentEnvironment) => ServedAgent;
  /** The release that it is, whatever the scenario says; undefined: the scenario's. */
  readonly release?: CiliumRelease | undefined;
  /** Its agents handle one input at a time; not so by default: Cilium's reclaimer goes its own way. */
  readonly oneAtATime?: boolean;
}

/** What only tells: nothing can be wrong with it, and nothing waits for it. */
const infallible: ReadonlySet<Operation['kind']> = new Set([
  'setTimer',
  'keyLoaded',
  'allNodesValidated',
  'log',
]);
const done: OperationResult = { errno: 'ok' };

interface Message {
  readonly id: number;
  readonly method?: InputMethod;
  readonly params?: unknown;
  readonly result?: unknown;
}

/** One node's agent in this process. */
interface Resident {
  readonly agent: ServedAgent;
  readonly news: News;
  /** What it is about, by the input's id. */
  readonly open: Map<number, ServedSteps<void>>;
}

/** What was last told of a node besides. */
interface News {
  foreignChanges: number;
}

/** Half of what the harness bears: single ones may go ahead of several. */
const mostAhead = sessionLimits.unanswered / 2;

/** What requests are about. */
interface Waiting {
  readonly resident: Resident;
  readonly input: number;
  /** The request whose answer the input waits for: answers come in their order. 0: it does not wait. */
  readonly last: number;
  /** For several operations: the answers so far, and what is still to be sent. */
  readonly answers?: OperationResult[];
  readonly rest?: readonly Operation[];
}

/**
 * Speaks the protocol for an agent that is written over the library: the agents of all nodes, in
 * this process, until the channel ends.
 */
export function serveAgent(channel: Channel, served: Served): void {
  new Server(channel, served).run();
}

class Server {
  readonly #channel: Channel;
  readonly #served: Served;
  #ring = new LoggingKeyRing();
  #keys = new BytesOfRing(this.#ring);
  readonly #residents = new Map<string, Resident>();
  /** By the ids of the requests that are not answered yet. */
  readonly #asked = new Map<number, Waiting>();
  /** What came while a question was waiting for its answer. */
  readonly #held: Message[] = [];
  #lastId = 0;
  /** The input that is being handled now: what questions are about. */
  #current = 0;

  constructor(channel: Channel, served: Served) {
    this.#channel = channel;
    this.#served = served;
  }

  run(): void {
    for (;;) {
      const message = this.#next();
      if (message === undefined) return;
      if (message.method === undefined) this.#goOn(message);
      else this.#take(message.method, message);
    }
  }

  #next(): Message | undefined {
    return this.#held.shift() ?? this.#read();
  }

  #read(): Message | undefined {
    const line = this.#channel.readLine();
    return line.kind === 'line' ? (JSON.parse(line.text) as Message) : undefined;
  }

  #take(method: InputMethod, { id, params }: Message): void {
    if (method === 'hello') {
      this.#answer(id, this.#introduction());
      return;
    }
    const { node, nowUs, foreignChanges } = params as InputParams<'timer'>;
    if (method === 'stop') {
      this.#stop(node);
      this.#answer(id, {});
      return;
    }
    const input = method === 'start' ? this.#start(params) : readAgentInput(method, params);
    const resident = defined(this.#residents.get(node), `an agent on ${node}`);
    this.#current = id;
    if (foreignChanges !== undefined) resident.news.foreignChanges = foreignChanges;
    resident.open.set(id, resident.agent.handle(input, nowUs));
    this.#advance(resident, id, undefined);
  }

  #introduction(): object {
    const { name, version, release, oneAtATime = false } = this.#served;
    return {
      protocol: protocolVersion,
      name,
      version,
      hosts: 'allNodes',
      reclaimsBeside: !oneAtATime,
      ...(release === undefined ? {} : { release }),
    };
  }

  #start(params: unknown): AgentInput {
    const start = params as InputParams<'start'>;
    const profile = agentProfiles[this.#served.release ?? start.release];
    const news: News = { foreignChanges: 0 };
    const environment: AgentEnvironment = {
      profile,
      settings: readSettings(start),
      local: readNodeRecord(start.local),
      keyRing: this.#ring,
      foreignChanges: () => news.foreignChanges,
      answerNow: () => undefined,
      random: {
        nodeId: (limit) => this.#draw('nodeID', limit),
        mapOrder: (limit) => this.#draw('mapOrder', limit),
      },
    };
    const agent = this.#served.make(environment);
    this.#residents.set(start.node, { agent, news, open: new Map() });
    return { kind: 'start', start: readStart(start) };
  }

  #stop(node: string): void {
    const resident = this.#residents.get(node);
    this.#residents.delete(node);
    for (const [id, asked] of this.#asked) if (asked.resident === resident) this.#asked.delete(id);
    if (this.#residents.size > 0) return;
    // Nobody holds a handle any more: what a run has made of keys goes with it.
    this.#ring = new LoggingKeyRing();
    this.#keys = new BytesOfRing(this.#ring);
  }

  /** An answer, unless it comes to an agent that was stopped. */
  #goOn({ id, result }: Message): void {
    const waiting = this.#asked.get(id);
    if (waiting === undefined) return;
    this.#asked.delete(id);
    const { resident, input, last, answers, rest = [] } = waiting;
    const answer = resultFrom(result as WireResult, this.#keys);
    const { foreignChanges } = result as WireResult;
    if (foreignChanges !== undefined) resident.news.foreignChanges = foreignChanges;
    answers?.push(answer);
    if (id !== last) return;
    if (rest.length > 0) this.#sendAhead(waiting, rest);
    else this.#advance(resident, input, answers === undefined ? answer : answerOf(answers));
  }

  #advance(resident: Resident, input: number, answer: Answer | undefined): void {
    this.#current = input;
    const operations = defined(resident.open.get(input), 'what is under way');
    let step = answer === undefined ? operations.next() : operations.next(answer);
    // What is not waited for goes out with what comes next.
    while (step.done !== true && !this.#ask(step.value, resident, input)) {
      step = operations.next(done);
    }
    if (step.done !== true) return;
    resident.open.delete(input);
    this.#answer(input, {});
  }

  /** Answers whether the agent has to wait. */
  #ask(asked: Asked, resident: Resident, input: number): boolean {
    if (isSeveral(asked)) {
      this.#sendAhead({ resident, input, answers: [] }, asked);
      return asked.length > 0;
    }
    const id = this.#send(asked);
    const isWaitedFor = !infallible.has(asked.kind);
    this.#asked.set(id, { resident, input, last: isWaitedFor ? id : 0 });
    return isWaitedFor;
  }

  #sendAhead(of: Omit<Waiting, 'last' | 'rest'>, operations: readonly Operation[]): void {
    this.#current = of.input;
    const ids = operations.slice(0, mostAhead).map((operation) => this.#send(operation));
    const waiting = { ...of, last: ids.at(-1) ?? 0, rest: operations.slice(mostAhead) };
    for (const id of ids) this.#asked.set(id, waiting);
  }

  #send(operation: Operation): number {
    const { method, params } = writeOperation(operation, this.#keys);
    return this.#request(method, params);
  }

  /**
   * A question is answered before anything else happens, so that it may be asked in the middle. What
   * comes before are answers to what went out with it.
   */
  #draw(stream: 'nodeID' | 'mapOrder', limit: number): number {
    const id = this.#request('random', { stream, limit });
    for (;;) {
      const message = defined(this.#read(), 'an answer');
      const isAnswer = message.id === id && message.method === undefined;
      if (isAnswer) return (message.result as WireResult).value ?? 0;
      this.#held.push(message);
    }
  }

  #request(method: string, params: object): number {
    this.#lastId += 1;
    const id = this.#lastId;
    const request = { jsonrpc: '2.0', id, method, params: { input: this.#current, ...params } };
    this.#channel.write(`${JSON.stringify(request)}\n`);
    return id;
  }

  #answer(id: number, result: object): void {
    this.#channel.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
  }
}

function isSeveral(asked: Asked): asked is readonly Operation[] {
  return Array.isArray(asked);
}

function answerOf(answers: readonly OperationResult[]): Answer {
  const failed = answers.find(({ errno }) => errno !== 'ok');
  return { errno: failed?.errno ?? 'ok', answers };
}
