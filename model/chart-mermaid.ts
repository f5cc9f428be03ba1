import type { Chart } from './chart.ts';

/**
 * The chart as the text of a Mermaid state diagram: an edge is labelled `EVENT / action, action`.
 * A state that accepts no event is an end.
 */
export function toMermaid(chart: Chart): string {
  const lines = chart.states.flatMap((state) => edgesFrom(chart, state));
  return ['stateDiagram-v2', `[*] --> ${chart.initial}`, ...lines].join('\n  ') + '\n';
}

function edgesFrom(chart: Chart, state: string): readonly string[] {
  const accepted = chart.events.filter((event) => chart.accepts(state, event));
  if (accepted.length === 0) return [`${state} --> [*]`];
  return accepted.map((event) => {
    const { next, actions } = chart.step(state, event);
    const label = actions.length === 0 ? event : `${event} / ${actions.join(', ')}`;
    return `${state} --> ${next}: ${label}`;
  });
}
