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
  readonly input?: (input: AgentInput) => AgentInput | undefined;
  /** Yields what is done instead of an operation about an input, and answers the agent. */
  readonly operation?: (operation: Operation, input: AgentInput) => Steps<OperationResult>;
  /** What is done when the agent is through with an input. */
  readonly afterwards?: (input: AgentInput) => Operations;
}

/**
 * The agent with an interception of its own. Each process gets a new one, so that what it remembers
 * ends with the process.
 */
export function intercepted(
  make: (environment: AgentEnvironment) => Interception,
  makeInner: AgentMaker = makeCiliumAgent,
): AgentMaker {
  return (environment) =>
    new InterceptedAgent(makeInner(withoutShortcuts(environment)), make(environment));
}

/** What an operation that was left out is said to have come to. */
export const pretendedSuccess: OperationResult = { errno: 'ok' };

/** Asks for operations that nobody waits for. */
export function* doAll(...operations: readonly Operation[]): Operations {
  for (const operation of operations) yield operation;
}

/**
 * In this environment an agent yields every operation, and trusts nothing that it did before: either
 * would hide operations from who looks at them. A real agent takes neither of these short cuts.
 */
export function withoutShortcuts(environment: AgentEnvironment): AgentEnvironment {
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
    const { input: replaced, operation, afterwards } = this.#interception;
    const told = replaced === undefined ? input : replaced(input);
    if (told !== undefined) {
      const operations = this.#inner.handle(told, now);
      let step = operations.next();
      while (step.done !== true) {
        const wanted = step.value;
        const answer = operation === undefined ? yield wanted : yield* operation(wanted, input);
        step = operations.next(answer);
      }
    }
    if (afterwards !== undefined) yield* afterwards(input);
  }
}
