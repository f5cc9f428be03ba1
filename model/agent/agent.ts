import type { Microseconds } from '../time.ts';
import type { AgentInput } from './input.ts';
import type { Operation, OperationResult } from './operation.ts';

/**
 * What an agent does about one input: operations in their order. Each is answered before the next
 * one is asked for, so that time may pass, and anything may fail, in between.
 */
export type Operations = Steps<void>;

/** A part of what an agent does that ends with an answer for the rest. */
export type Steps<Returned> = Generator<Operation, Returned, OperationResult>;

/** The end of what an agent does. */
export const nothing: Operations = (function* (): Operations {
  // No operation: it is run to its end below, and can be gone through by all.
})();
nothing.next();

/** An agent: the built-in one, a mutant, or a process behind the wire protocol. */
export interface Agent {
  /** It handles one input after another: the reclaimer's tick waits for its turn. */
  readonly oneAtATime?: boolean;
  handle(input: AgentInput, now: Microseconds): Operations;
}
