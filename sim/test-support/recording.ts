import { assert } from '../../model/assert.ts';
import type { Agent, NodeName } from '../../model/agent/index.ts';
import type { Microseconds } from '../../model/time.ts';
import type { XfrmCounter } from '../../model/xfrm/index.ts';
import { namedAgent } from '../agent-runner.ts';
import type { PacketFate } from '../packet-fate.ts';
import type { Run } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import type { SimNode } from '../sim-node.ts';
import { simulate } from '../simulate.ts';
import { traceEvents, type TraceEvent, type TraceField, traceFields } from '../trace-events.ts';
import type { World } from '../world.ts';

type FieldValue<Field extends TraceField> = (typeof traceFields)[Field] extends 'integer'
  ? number
  : string;

/** One event of a trace, its names and texts spelt out. */
export type RecordedEvent<Event extends TraceEvent> = { readonly at: Microseconds } & {
  readonly [Field in (typeof traceEvents)[Event][number]]: FieldValue<Field>;
};

/** Something to look at in the midst of a run: it must not change anything. */
export interface Look {
  readonly at: Microseconds;
  readonly look: (world: World) => void;
}

/** A run with all that its trace told, and its world as the run left it. */
export class Recording {
  readonly run: Run;
  readonly world: World;
  readonly #events: ReadonlyMap<TraceEvent, readonly RecordedEvent<TraceEvent>[]>;
  readonly #keyFiles: ReadonlyMap<string, string | undefined>;

  constructor(
    run: Run,
    world: World,
    seen: {
      readonly events: ReadonlyMap<TraceEvent, readonly RecordedEvent<TraceEvent>[]>;
      readonly keyFiles: ReadonlyMap<string, string | undefined>;
    },
  ) {
    this.run = run;
    this.world = world;
    this.#events = seen.events;
    this.#keyFiles = seen.keyFiles;
  }

  /** What a node's agent read last. */
  keyFile(name: string): string {
    const text = this.#keyFiles.get(name);
    assert(text !== undefined, `no key file of ${name}`);
    return text;
  }

  /** The events of one kind, in their order, with these values. */
  events<Event extends TraceEvent>(
    event: Event,
    where: Partial<RecordedEvent<Event>> = {},
  ): readonly RecordedEvent<Event>[] {
    const all = (this.#events.get(event) ?? []) as readonly RecordedEvent<Event>[];
    const wanted = Object.entries(where);
    return all.filter((one) =>
      wanted.every(([field, value]) => (one as Readonly<Record<string, unknown>>)[field] === value),
    );
  }

  /** When events of one kind, with these values, happened. */
  times<Event extends TraceEvent>(
    event: Event,
    where: Partial<RecordedEvent<Event>> = {},
  ): readonly Microseconds[] {
    return this.events(event, where).map(({ at }) => at);
  }

  /** The one instant at which such an event happened. */
  timeOf<Event extends TraceEvent>(
    event: Event,
    where: Partial<RecordedEvent<Event>> = {},
  ): Microseconds {
    const times = this.times(event, where);
    const [at] = times;
    assert(at !== undefined && times.length === 1, `${times.length} events ${event}, not one`);
    return at;
  }

  node(name: string): SimNode {
    const found = this.world.nodes.find((node) => node.name === name);
    assert(found !== undefined, `no node ${name}`);
    return found;
  }

  counters(name: string): Readonly<Partial<Record<XfrmCounter, number>>> {
    const outcome = this.run.nodes.find((node) => node.name === name);
    assert(outcome !== undefined, `no node ${name}`);
    return Object.fromEntries(outcome.counters);
  }

  /** Numbers of keys in use over time, one for each change. */
  keysInUse(name: string): readonly number[] {
    return this.events('keysInUse', { node: name as NodeName }).map(({ count }) => count);
  }

  /** `sender > receiver: fate`, for all that was lost in either family. */
  losses(): ReadonlySet<string> {
    return new Set(
      this.run.losses.map(({ sender, receiver, fate }) => `${sender} > ${receiver}: ${fate}`),
    );
  }

  lossesBy(fate: PacketFate): number {
    return this.run.losses
      .filter((loss) => loss.fate === fate)
      .reduce((sum, loss) => sum + loss.count, 0);
  }

  get lost(): number {
    return this.run.losses.reduce((sum, loss) => sum + loss.count, 0);
  }
}

/** Simulates a scenario and keeps what its trace tells. */
export function record(scenario: Scenario, looks: readonly Look[] = []): Recording {
  const events = new Map<TraceEvent, RecordedEvent<TraceEvent>[]>();
  const keyFiles = new Map<string, string | undefined>();
  let world: World | undefined = undefined;
  const run = simulate(scenario, {
    observe: (trace) => {
      trace.observeAll((event, at, values) => {
        const list = events.get(event) ?? [];
        events.set(event, list);
        const fields: Record<string, unknown> = { at };
        traceEvents[event].forEach((field, index) => {
          fields[field] = trace.meaning(traceFields[field], values[index] ?? 0);
        });
        list.push(fields as RecordedEvent<TraceEvent>);
      });
    },
    agents: (made, node) => {
      if (world === undefined) scheduleLooks(made, looks);
      world = made;
      return reading(namedAgent(made, node), (text) => keyFiles.set(node.name, text));
    },
  });
  assert(world !== undefined, 'a run without agents');
  return new Recording(run, world, { events, keyFiles });
}

/** The same agent, whose key files are noted. */
function reading(agent: Agent, note: (text: string | undefined) => void): Agent {
  return {
    oneAtATime: agent.oneAtATime === true,
    handle: (input, now) => {
      if (input.kind === 'start') note(input.start.keyFile);
      if (input.kind === 'keyFile') note(input.text);
      return agent.handle(input, now);
    },
  };
}

function scheduleLooks(world: World, looks: readonly Look[]): void {
  for (const { at, look } of looks) {
    world.queue.schedule(at, {
      run: () => {
        look(world);
      },
    });
  }
}
