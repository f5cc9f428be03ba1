import type { Agent, AgentEnvironment, AgentInput, Operations } from '../../model/agent/index.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Fault } from './channel.ts';
import { writeInput } from './inputs.ts';
import type { KeyBook } from './key-book.ts';
import { type Question, type WireResult, writeResult } from './operations.ts';
import type { Session } from './session.ts';

/** What an agent needs of the world around it to be somewhere else. */
export interface Remote {
  readonly session: Session;
  readonly keys: KeyBook;
  readonly environment: AgentEnvironment;
  /** Handles one input of a node at a time. */
  readonly oneAtATime: boolean;
}

/** An agent on the other side of a session. A fault ends the run: nothing can be said of it. */
export class RemoteAgent implements Agent {
  readonly oneAtATime: boolean;
  readonly #remote: Remote;
  readonly #open = new Set<number>();
  #toldChanges = 0;

  constructor(remote: Remote) {
    this.#remote = remote;
    this.oneAtATime = remote.oneAtATime;
  }

  *handle(input: AgentInput, now: Microseconds): Operations {
    const { session, keys, environment } = this.#remote;
    const id = session.request(writeInput(environment, input, { nowUs: now, ...this.#news() }));
    this.#open.add(id);
    for (;;) {
      const said = session.hear(id);
      if (said.kind === 'done') break;
      if (said.kind === 'fault') {
        yield { kind: 'exit', cause: 'unmodelled', message: faultText(said.fault) };
        return;
      }
      const { asked } = said;
      const answer =
        asked.kind === 'random'
          ? this.#draw(asked)
          : { ...writeResult(yield asked, keys), ...this.#news() };
      session.answer(said.id, answer);
    }
    this.#open.delete(id);
  }

  /** The process on this node is over. */
  stop(): void {
    const { session, environment } = this.#remote;
    session.stop(environment.local.name, this.#open);
  }

  #draw({ stream, limit }: Question): WireResult {
    const { random } = this.#remote.environment;
    const draw = stream === 'nodeID' ? random.nodeId : random.mapOrder;
    return { errno: 'ok', value: draw(limit) };
  }

  /** What goes with the next input, or the answer to the next operation. */
  #news(): { readonly foreignChanges?: number } {
    const changes = this.#remote.environment.foreignChanges();
    if (changes === this.#toldChanges) return {};
    this.#toldChanges = changes;
    return { foreignChanges: changes };
  }
}

export function faultText({ message }: Fault): string {
  return `the agent: ${message}`;
}
