import {
  type Agent,
  type AgentEnvironment,
  agentProfiles,
  type Operation,
  type OperationResult,
  type Operations,
} from '../../model/agent/index.ts';
import { defined } from '../../model/assert.ts';
import type { CiliumRelease } from '../../model/release.ts';
import type { AgentMaker } from '../agent-maker.ts';
import type { Channel } from './channel.ts';
import {
  type InputMethod,
  inputSchemas,
  protocolVersion,
  readAgentInput,
  readSettings,
} from './inputs.ts';
import { BytesOfRing, LoggingKeyRing } from './key-book.ts';
import { resultFrom, type WireResult, writeOperation } from './operations.ts';

/** An agent over the library, and what it says of itself. */
export interface Served {
  readonly name: string;
  readonly version: string;
  readonly make: AgentMaker;
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
  readonly agent: Agent;
  /** What it is about, by the input's id; the request that each waits for. */
  readonly open: Map<number, Operations>;
}

/**
 * Speaks the protocol for an agent that is written over the library: the agents of all nodes, in
 * this process, until the channel ends. The agent is the same generator that the simulator runs.
 */
export function serveAgent(channel: Channel, served: Served): void {
  new Server(channel, served).run();
}

class Server {
  readonly #channel: Channel;
  readonly #served: Served;
  readonly #ring = new LoggingKeyRing();
  readonly #keys = new BytesOfRing(this.#ring);
  readonly #residents = new Map<string, Resident>();
  /** The operations that were asked for, and the input that each is about. */
  readonly #asked = new Map<number, { readonly input: number; readonly resident: Resident }>();
  /** What came while a question was waiting for its answer. */
  readonly #held: Message[] = [];
  #lastId = 0;
  #outgoing = '';
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
    this.#flush();
    const line = this.#channel.readLine();
    return line.kind === 'line' ? (JSON.parse(line.text) as Message) : undefined;
  }

  #flush(): void {
    if (this.#outgoing !== '') this.#channel.write(this.#outgoing);
    this.#outgoing = '';
  }

  #take(method: InputMethod, { id, params }: Message): void {
    if (method === 'hello') {
      this.#answer(id, this.#introduction());
      return;
    }
    const { node, nowUs = 0 } = params as { readonly node: string; readonly nowUs?: number };
    if (method === 'stop') {
      this.#residents.delete(node);
      this.#answer(id, {});
      return;
    }
    if (method === 'start') this.#start(params);
    const resident = defined(this.#residents.get(node), `an agent on ${node}`);
    this.#current = id;
    resident.open.set(id, resident.agent.handle(readAgentInput(method, params), nowUs));
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

  #start(params: unknown): void {
    const start = inputSchemas.start.parse(params);
    const profile = agentProfiles[this.#served.release ?? start.release];
    const environment: AgentEnvironment = {
      profile,
      settings: readSettings(start),
      local: start.local,
      keyRing: this.#ring,
      foreignChanges: () => this.#value({ method: 'foreignChanges', params: {} }),
      answerNow: () => undefined,
      random: {
        nodeId: (limit) => this.#value({ method: 'random', params: { stream: 'nodeID', limit } }),
        mapOrder: (limit) =>
          this.#value({ method: 'random', params: { stream: 'mapOrder', limit } }),
      },
    };
    const agent = this.#served.make(environment);
    this.#residents.set(start.node, { agent, open: new Map() });
  }

  /** An answer that an agent waits for, unless its node was stopped since. */
  #goOn({ id, result }: Message): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (asked === undefined || !asked.resident.open.has(asked.input)) return;
    const answer = resultFrom(result as WireResult, this.#keys);
    this.#advance(asked.resident, asked.input, answer);
  }

  #advance(resident: Resident, input: number, answer: OperationResult | undefined): void {
    this.#current = input;
    const operations = defined(resident.open.get(input), 'what is under way');
    let step = answer === undefined ? operations.next() : operations.next(answer);
    // What cannot fail is not waited for: it goes out with what comes next.
    while (step.done !== true && infallible.has(step.value.kind)) {
      this.#ask(step.value);
      step = operations.next(done);
    }
    if (step.done === true) {
      resident.open.delete(input);
      this.#answer(input, {});
      return;
    }
    this.#asked.set(this.#ask(step.value), { input, resident });
  }

  #ask(operation: Operation): number {
    const { method, params } = writeOperation(operation, this.#keys);
    return this.#request(method, params);
  }

  /**
   * A question is answered before anything else happens, so that it may be asked in the middle. What
   * comes before are answers to what went out with it.
   */
  #value(question: { readonly method: string; readonly params: object }): number {
    const id = this.#request(question.method, question.params);
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
    this.#outgoing += `${JSON.stringify(request)}\n`;
    return id;
  }

  #answer(id: number, result: object): void {
    this.#outgoing += `${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`;
  }
}
