import { type Actor, createActor, raise, setup } from 'xstate';
import type { Microseconds } from '../model/time.ts';
import type { Due } from '../sim/event-heap.ts';
import { EventQueue } from '../sim/event-queue.ts';

interface Place {
  readonly due: Due;
  readonly queue: EventQueue;
}

type ActorEvent =
  { readonly type: 'WAKE'; readonly delay: Microseconds } | { readonly type: 'DUE' };

/** Whatever has something to do later: told when, it raises an event for itself after that delay. */
const sleeper = setup({
  types: { context: {} as Place, input: {} as Place, events: {} as ActorEvent },
  actions: {
    run: ({ context: { due, queue } }) => {
      due.run(queue.now);
    },
  },
}).createMachine({
  context: ({ input }) => input,
  on: {
    WAKE: { actions: raise({ type: 'DUE' }, { delay: ({ event }) => event.delay }) },
    DUE: { actions: 'run' },
  },
});

/**
 * The queue as XState would have it: each thing that is to happen belongs to an actor, which is woken
 * by a delayed event. The actors' clock is keyturn's heap, since XState's own `SimulatedClock` sorts
 * all that waits again at each step, and the order of events would be another.
 */
export class ActorQueue extends EventQueue {
  readonly #actors = new Map<Due, Actor<typeof sleeper>>();
  readonly #clock = {
    setTimeout: (fire: () => void, delay: Microseconds): void => {
      super.schedule(this.now + delay, { run: fire });
    },
    clearTimeout: (): void => undefined,
  };

  override schedule(at: Microseconds, due: Due): void {
    this.#actorOf(due).send({ type: 'WAKE', delay: at - this.now });
  }

  #actorOf(due: Due): Actor<typeof sleeper> {
    const known = this.#actors.get(due);
    if (known !== undefined) return known;
    const actor = createActor(sleeper, { clock: this.#clock, input: { due, queue: this } });
    this.#actors.set(due, actor);
    return actor.start();
  }
}
