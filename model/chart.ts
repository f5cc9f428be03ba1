import {
  type AnyStateMachine,
  type EventFromLogic,
  type ExecutableActionsFrom,
  initialTransition,
  type StateValueFrom,
  transition,
} from 'xstate';
import { AssertionError } from './assert.ts';
import { assertTabular } from './chart-rules.ts';

/** Where an event leads, and what is to be done on the way, in order. */
export interface Transition<State extends string, Action extends string> {
  readonly next: State;
  readonly actions: readonly Action[];
}

/**
 * The lifecycle of one kind of thing: an XState machine, and the table compiled from it.
 * The machine is the specification; the table is what a simulation steps, hundreds of times as
 * fast. A chart holds no state: whoever steps it keeps the state of each thing.
 */
export interface Chart<
  State extends string = string,
  Event extends string = string,
  Action extends string = string,
> {
  /** The machine's id: the thing's name in kebab-case. */
  readonly name: string;
  /** What the table was compiled from: for diagrams, descriptions and proofs of agreement. */
  readonly machine: AnyStateMachine;
  readonly initial: State;
  /** In the order of the machine. */
  readonly states: readonly State[];
  /** Every event that some state accepts, in the order of the machine. */
  readonly events: readonly Event[];
  /**
   * The next state, and the actions that the caller then carries out. Allocates nothing.
   * @throws AssertionError where the state does not accept the event: that is never ignored.
   */
  step(state: State, event: Event): Transition<State, Action>;
  /** Whether {@link step} would answer. */
  accepts(state: State, event: Event): boolean;
}

/** The names of a chart's states. */
export type StateOf<C extends Chart> = C['initial'];
/** The names of a chart's events. */
export type EventOf<C extends Chart> = C['events'][number];
/** The names of a chart's actions. */
export type ActionOf<C extends Chart> = ReturnType<C['step']>['actions'][number];

/** The chart of which a machine is the specification, with the names that the machine declares. */
export type ChartOf<Machine extends AnyStateMachine> = Chart<
  Extract<StateValueFrom<Machine>, string>,
  EventFromLogic<Machine>['type'],
  Exclude<ExecutableActionsFrom<Machine>['type'], `xstate.${string}`>
>;

/**
 * Compiles a machine made with XState's `setup()` into a chart, by asking the machine for its answer
 * to every event in every state.
 * @throws AssertionError where the machine has what a table cannot express: see {@link assertTabular}.
 */
export function compileChart<Machine extends AnyStateMachine>(machine: Machine): ChartOf<Machine> {
  assertTabular(machine);
  // XState's own types name the states, events and actions that the walk below only knows as strings.
  return compileTable(machine) as ChartOf<Machine>;
}

type Row = ReadonlyMap<string, Transition<string, string>>;
type Table = ReadonlyMap<string, Row>;

/** The table is made when it is first asked: who needs no chart does not wait for any. */
function compileTable(machine: AnyStateMachine): Chart {
  let made: Table | undefined;
  let initial: string | undefined;
  const table = (): Table => (made ??= rowsOf(machine));
  return Object.freeze({
    name: machine.id,
    machine,
    get initial() {
      return (initial ??= initialTransition(machine)[0].value as string);
    },
    states: Object.freeze(Object.keys(machine.states)),
    events: Object.freeze(machine.events.map(String)),
    step(state: string, event: string) {
      const found = table().get(state)?.get(event);
      if (found === undefined) throw refusal(machine.id, state, event);
      return found;
    },
    accepts(state: string, event: string) {
      return table().get(state)?.has(event) ?? false;
    },
  });
}

function rowsOf(machine: AnyStateMachine): Table {
  return new Map(Object.keys(machine.states).map((state) => [state, compileRow(machine, state)]));
}

function compileRow(machine: AnyStateMachine, state: string): Row {
  const row = new Map<string, Transition<string, string>>();
  const snapshot = machine.resolveState({ value: state, context: {} });
  for (const type of machine.events.map(String)) {
    if (!snapshot.can({ type })) continue;
    const [next, actions] = transition(machine, snapshot, { type });
    const names = Object.freeze(actions.map((action) => action.type));
    row.set(type, Object.freeze({ next: next.value as string, actions: names }));
  }
  return row;
}

function refusal(chart: string, state: string, event: string): AssertionError {
  return new AssertionError(`chart ${chart}: state ${state} does not accept the event ${event}`);
}
