import type {
  Agent,
  AgentInput,
  Operation,
  OperationResult,
  Operations,
} from '../model/agent/index.ts';
import type { Microseconds } from '../model/time.ts';
import type { Due } from './event-heap.ts';

/** What a lane needs of the world: to have operations done, and to be woken later. */
export interface LaneHost {
  /** Does the operation; the cost is how long the agent waits for the answer. */
  perform(operation: Operation): OperationResult;
  costOf(operation: Operation): Microseconds;
  handled(input: AgentInput): void;
  wakeAt(at: Microseconds, lane: Due): void;
}

/**
 * One thread of an agent: handles one input after another, operation by operation. An operation
 * takes effect when it is asked for; its cost passes before the next one.
 */
export class AgentLane implements Due {
  readonly #agent: Agent;
  readonly #host: LaneHost;
  readonly #inputs: AgentInput[] = [];
  #input: AgentInput | undefined = undefined;
  #operations: Operations | undefined = undefined;
  #answer: OperationResult | undefined = undefined;
  /** An operation's cost passes: the lane goes on when it is woken. */
  #waiting = false;
  #paused = false;
  #stopped = false;

  constructor(agent: Agent, host: LaneHost) {
    this.#agent = agent;
    this.#host = host;
  }

  tell(input: AgentInput, now: Microseconds): void {
    if (this.#stopped) return;
    this.#inputs.push(input);
    this.#goOn(now);
  }

  /** The cost of the last operation has passed. */
  run(now: Microseconds): void {
    this.#waiting = false;
    this.#goOn(now);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(now: Microseconds): void {
    this.#paused = false;
    this.#goOn(now);
  }

  /** The process is gone: what it was about is dropped where it stands. */
  stop(): void {
    this.#stopped = true;
    this.#operations = undefined;
  }

  #goOn(now: Microseconds): void {
    while (!this.#waiting && !this.#paused && !this.#stopped) {
      if (this.#operations === undefined && !this.#takeInput(now)) return;
      this.#advance(now);
    }
  }

  #takeInput(now: Microseconds): boolean {
    const input = this.#inputs.shift();
    if (input === undefined) return false;
    this.#input = input;
    this.#operations = this.#agent.handle(input, now);
    this.#answer = undefined;
    return true;
  }

  #advance(now: Microseconds): void {
    const { operations, answer } = { operations: this.#operations, answer: this.#answer };
    const step = answer === undefined ? operations?.next() : operations?.next(answer);
    if (step === undefined) return;
    if (step.done === true) {
      this.#operations = undefined;
      if (this.#input !== undefined) this.#host.handled(this.#input);
      return;
    }
    this.#answer = this.#host.perform(step.value);
    const cost = this.#host.costOf(step.value);
    if (cost === 0 || this.#stopped) return;
    this.#waiting = true;
    this.#host.wakeAt(now + cost, this);
  }
}
