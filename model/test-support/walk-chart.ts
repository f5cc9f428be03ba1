import type { Chart } from '../chart.ts';

/** Steps a chart from `state` through `events`: where it ends, and all actions on the way in order. */
export function walkChart<State extends string, Event extends string, Action extends string>(
  chart: Chart<State, Event, Action>,
  start: State,
  events: readonly Event[],
): { readonly state: State; readonly actions: readonly Action[] } {
  let state = start;
  const actions: Action[] = [];
  for (const event of events) {
    const transition = chart.step(state, event);
    actions.push(...transition.actions);
    state = transition.next;
  }
  return { state, actions };
}
