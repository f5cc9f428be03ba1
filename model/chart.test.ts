import { assertType, describe, expect, it } from 'vitest';
import { createMachine, setup } from 'xstate';
import { AssertionError } from './assert.ts';
import { type ActionOf, compileChart, type EventOf, type StateOf } from './chart.ts';
import { actionNames, type Named } from './chart-setup.ts';

const door = compileChart(
  setup({
    types: { events: {} as Named<'OPEN' | 'CLOSE'> },
    actions: actionNames('creak', 'light'),
  }).createMachine({
    id: 'door',
    initial: 'closed',
    states: {
      closed: { on: { OPEN: { target: 'open', actions: ['light', 'creak'] } } },
      open: { on: { OPEN: { target: 'open' }, CLOSE: { target: 'closed', actions: 'creak' } } },
    },
  }),
);

const passive = compileChart(
  setup({ types: { events: {} as Named<'SEEN'> } }).createMachine({
    id: 'passive',
    initial: 'idle',
    states: { idle: { on: { SEEN: { target: 'idle' } } } },
  }),
);

describe('compileChart', () => {
  it('names the states and events of the machine, in its order', () => {
    expect(door.name).toBe('door');
    expect(door.initial).toBe('closed');
    expect(door.states).toEqual(['closed', 'open']);
    expect(door.events).toEqual(['OPEN', 'CLOSE']);
  });

  it('infers the names as types', () => {
    assertType<'closed' | 'open'>({} as StateOf<typeof door>);
    assertType<'OPEN' | 'CLOSE'>({} as EventOf<typeof door>);
    assertType<'creak' | 'light'>({} as ActionOf<typeof door>);
    assertType<never>({} as ActionOf<typeof passive>);
    // @ts-expect-error: the machine has no such state.
    expect(() => door.step('ajar', 'OPEN')).toThrow(AssertionError);
    // @ts-expect-error: the machine has no such event.
    expect(() => door.step('open', 'SLAM')).toThrow(AssertionError);
  });
});

describe('step', () => {
  it('answers without actions where the machine has none', () => {
    expect(passive.step('idle', 'SEEN')).toEqual({ next: 'idle', actions: [] });
  });

  it('answers with the next state and the actions in their order', () => {
    expect(door.step('closed', 'OPEN')).toEqual({ next: 'open', actions: ['light', 'creak'] });
    expect(door.step('open', 'OPEN')).toEqual({ next: 'open', actions: [] });
  });

  it('gives the same frozen answer each time', () => {
    const answer = door.step('closed', 'OPEN');
    expect(door.step('closed', 'OPEN')).toBe(answer);
    expect(Object.isFrozen(answer)).toBe(true);
    expect(Object.isFrozen(answer.actions)).toBe(true);
    expect(Object.isFrozen(door)).toBe(true);
  });

  it('refuses an event that the state does not accept', () => {
    expect(door.accepts('closed', 'CLOSE')).toBe(false);
    expect(() => door.step('closed', 'CLOSE')).toThrow(
      new AssertionError('chart door: state closed does not accept the event CLOSE'),
    );
  });

  it('knows no names that every object has', () => {
    expect(door.accepts('toString' as 'open', 'constructor' as 'OPEN')).toBe(false);
    expect(door.accepts('open', 'constructor' as 'OPEN')).toBe(false);
  });
});

/** Machines of which each has one thing that a table cannot express. */
const refused: readonly { readonly machine: object; readonly message: string }[] = [
  { machine: { initial: 'a', states: { a: {} } }, message: 'a chart needs an id' },
  {
    machine: { id: 'm', context: {}, initial: 'a', states: { a: {} } },
    message: 'chart m: a chart has no context',
  },
  {
    machine: { id: 'm' },
    message: 'chart m: the root is atomic, a chart is a flat list of states',
  },
  {
    machine: { id: 'm', type: 'parallel', states: { a: {} } },
    message: 'chart m: the root is parallel, a chart is a flat list of states',
  },
  {
    machine: { id: 'm', initial: 'a', on: { E: '.a' }, states: { a: {} } },
    message: 'chart m: an edge belongs to a state, not to the root',
  },
  {
    machine: { id: 'm', initial: 'a', entry: 'act', states: { a: {} } },
    message: 'chart m: actions belong on edges',
  },
  {
    machine: { id: 'm', initial: 'a', states: { a: { initial: 'b', states: { b: {} } } } },
    message: 'chart m, state a: the state is compound, a chart has no hierarchy',
  },
  {
    machine: { id: 'm', initial: 'a', states: { a: { type: 'final' } } },
    message: 'chart m, state a: the state is final, a chart has no hierarchy',
  },
  {
    machine: { id: 'm', initial: 'a', states: { a: { exit: 'act' } } },
    message: 'chart m, state a: actions belong on edges',
  },
  {
    machine: { id: 'm', initial: 'a', states: { a: { after: { 10: 'a' } } } },
    message: 'chart m, state a: a chart has no delays',
  },
  {
    machine: { id: 'm', initial: 'a', states: { a: { always: { target: 'b' } }, b: {} } },
    message: 'chart m, state a: a chart has no eventless edges',
  },
  {
    machine: { id: 'm', initial: 'a', states: { a: { invoke: { src: 'other' } } } },
    message: 'chart m, state a: a chart invokes nothing',
  },
  {
    machine: { id: 'm', initial: 'a', states: { a: { on: { '*': 'a' } } } },
    message: 'chart m, state a: * is a wildcard, a chart accepts events by name',
  },
  {
    machine: { id: 'm', initial: 'a', states: { a: { on: { E: ['a', 'b'] } }, b: {} } },
    message: 'chart m, state a: E has 2 edges, one is possible',
  },
  {
    machine: {
      id: 'm',
      initial: 'a',
      states: { a: { on: { E: { target: 'a', guard: 'sure' } } } },
    },
    message: 'chart m, state a, event E: a chart has no guards',
  },
  {
    machine: { id: 'm', initial: 'a', states: { a: { on: { E: { actions: 'act' } } } } },
    message: 'chart m, state a, event E: an edge names its one target, also where it stays',
  },
  {
    machine: {
      id: 'm',
      initial: 'a',
      states: { a: { on: { E: { target: 'a', actions: 'other' } } } },
    },
    message: 'chart m, state a, event E: an action is a name that setup() declares',
  },
  {
    machine: {
      id: 'm',
      initial: 'a',
      states: { a: { on: { E: { target: 'a', actions: () => undefined } } } },
    },
    message: 'chart m, state a, event E: an action is a name that setup() declares',
  },
];

describe('what a table cannot express', () => {
  it.each(refused)('$message', ({ machine, message }) => {
    const made = createMachine(machine, { actions: { act: () => undefined } });
    expect(() => compileChart(made)).toThrow(new AssertionError(message));
  });

  it('a target that is no state', () => {
    const states = { a: { on: { E: { target: 'b' } } } };
    expect(() => compileChart(createMachine({ id: 'm', initial: 'a', states }))).toThrow(
      /Child state 'b' does not exist/,
    );
  });
});
