import { describe, expect, it } from 'vitest';
import { type AnyMachineSnapshot, initialTransition, transition } from 'xstate';
import { adjacencyMapToArray, getAdjacencyMap, getSimplePaths } from 'xstate/graph';
import { AssertionError } from './assert.ts';
import type { Chart } from './chart.ts';
import { charts } from './charts.ts';

/** What the machine answers, in the terms of the table. */
function answer(chart: Chart, snapshot: AnyMachineSnapshot, type: string) {
  const [next, actions] = transition(chart.machine, snapshot, { type });
  return { next: next as AnyMachineSnapshot, actions: actions.map((action) => action.type) };
}

/** What `xstate/graph` finds for every event in every state, those that are ignored included. */
function edges(chart: Chart) {
  const events = chart.events.map((type) => ({ type }));
  return adjacencyMapToArray(getAdjacencyMap(chart.machine, { events })) as readonly {
    readonly state: AnyMachineSnapshot;
    readonly event: { readonly type: string };
    readonly nextState: AnyMachineSnapshot;
  }[];
}

it('every chart has a name of its own', () => {
  expect(new Set(charts.map((chart) => chart.name)).size).toBe(charts.length);
});

describe.each(charts)('the chart $name', (chart) => {
  it('begins where its machine begins', () => {
    expect(chart.initial).toBe(initialTransition(chart.machine)[0].value);
  });

  it('agrees with its machine along every simple path', () => {
    const paths = getSimplePaths(chart.machine);
    for (const path of paths) {
      let [snapshot] = initialTransition(chart.machine);
      let state = chart.initial;
      for (const { event } of path.steps.filter(({ event }) => event.type !== 'xstate.init')) {
        const expected = answer(chart, snapshot as AnyMachineSnapshot, event.type);
        const { next, actions } = chart.step(state, event.type);
        expect({ next, actions }).toEqual({ ...expected, next: expected.next.value });
        snapshot = expected.next as typeof snapshot;
        state = next;
      }
      expect(state).toBe(path.state.value);
    }
    // A simple path leads to each state, so that none is specified in vain.
    expect(new Set(paths.map((path) => path.state.value))).toEqual(new Set(chart.states));
  });

  it('agrees with its machine on every event in every state', () => {
    const pairs = edges(chart);
    expect(pairs.length).toBe(chart.states.length * chart.events.length);
    for (const { state, event, nextState } of pairs) {
      const from = state.value as string;
      const accepted = state.can(event);
      expect(chart.accepts(from, event.type)).toBe(accepted);
      if (accepted) {
        const { next, actions } = chart.step(from, event.type);
        expect(next).toBe(nextState.value);
        expect(actions).toEqual(answer(chart, state, event.type).actions);
      } else {
        expect(() => chart.step(from, event.type)).toThrow(
          new AssertionError(
            `chart ${chart.name}: state ${from} does not accept the event ${event.type}`,
          ),
        );
      }
    }
  });

  it('says of each state what it means', () => {
    const undescribed = chart.states.filter((state) => !chart.machine.states[state]?.description);
    expect(undescribed).toEqual([]);
  });

  it('performs each action that it declares', () => {
    const declared = Object.keys(chart.machine.implementations.actions);
    const performed = chart.states.flatMap((state) =>
      chart.events
        .filter((event) => chart.accepts(state, event))
        .flatMap((event) => chart.step(state, event).actions),
    );
    expect(new Set(performed)).toEqual(new Set(declared));
  });
});
