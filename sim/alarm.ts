import type { AgentInput, AgentTimer } from '../model/agent/index.ts';
import type { Microseconds } from '../model/time.ts';
import type { AgentLane } from './agent-lane.ts';
import type { Due } from './event-heap.ts';

/** A timer of one agent process. It may be set over and over; it rings for nobody after the process. */
export class Alarm implements Due {
  readonly #lane: AgentLane;
  readonly #input: AgentInput;

  constructor(lane: AgentLane, timer: AgentTimer) {
    this.#lane = lane;
    this.#input = { kind: 'timer', timer };
  }

  run(now: Microseconds): void {
    this.#lane.tell(this.#input, now);
  }
}
