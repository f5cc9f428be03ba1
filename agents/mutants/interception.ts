import type {
  Agent,
  AgentEnvironment,
  AgentInput,
  Operation,
  OperationResult,
  Operations,
  Steps,
} from '../../model/agent/index.ts';
import type { Microseconds } from '../../model/time.ts';
import { type AgentMaker, makeCiliumAgent } from '../agent-maker.ts';

/** What stands between an agent and its node: it sees all inputs and all operations. */
export interface Interception {
  /** What the agent is told instead; undefined: nothing. */
  readonly input?: (input: AgentInput, now: Microseconds) => AgentInput | undefined;
  /** Yields what is done instead of the operation, and answers the agent. */
  readonly operation?: (operation: Operation, now: Microseconds) => Steps<OperationResult>;
  /** What is done when the agent is through with an input. */
  readonly afterwards?: (input: AgentInput, now: Microseconds) => Operations;
}

/**
 * The agent with an interception of its own. Each process gets a new one, so that what it remembers
 * ends with the process.
 */
export function intercepted(
  make: (environment: AgentEnvironment) => Interception,
  makeInner: AgentMaker = makeCiliumAgent,
): AgentMaker {
  return (environment) => new InterceptedAgent(makeInner(openTo(environment)), make(environment));
}

/** What an operation that was left out is said to have come to. */
export const pretendedSuccess: OperationResult = { errno: 'ok' };

/** Leaves the operation alone. */
export function* passOn(operation: Operation): Steps<OperationResult> {
  return yield operation;
}

/**
 * In this environment an agent yields every operation, and trusts nothing that it did before: either
 * would hide operations from an interception.
 */
function openTo(environment: AgentEnvironment): AgentEnvironment {
  let looks = 0;
  return {
    ...environment,
    answerNow: () => undefined,
    foreignChanges: () => (looks += 1),
  };
}

class InterceptedAgent implements Agent {
  readonly #inner: Agent;
  readonly #interception: Interception;

  constructor(inner: Agent, interception: Interception) {
    this.#inner = inner;
    this.#interception = interception;
  }

  *handle(input: AgentInput, now: Microseconds): Operations {
    const { input: replaceInput, operation: replace = passOn, afterwards } = this.#interception;
    const told = replaceInput === undefined ? input : replaceInput(input, now);
    if (told !== undefined) {
      const operations = this.#inner.handle(told, now);
      let step = operations.next();
      while (step.done !== true) step = operations.next(yield* replace(step.value, now));
    }
    if (afterwards !== undefined) yield* afterwards(input, now);
  }
}
