import { describe, expect, it } from 'vitest';
import { toMermaid } from './chart-mermaid.ts';
import { charts } from './charts.ts';
import { kvstoreNodeRecordChart } from './cluster/index.ts';
import { xfrmStateChart } from './xfrm/state-chart.ts';

const edge = /^ {2}(\w+) --> (\w+): ([A-Z_]+)(?: \/ ((?:\w+, )*\w+))?$/;

describe('toMermaid', () => {
  it('draws a chart', () => {
    expect(toMermaid(kvstoreNodeRecordChart)).toBe(
      [
        'stateDiagram-v2',
        '  [*] --> absent',
        '  absent --> published: PUBLISH / broadcast',
        '  absent --> absent: WITHDRAW',
        '  published --> published: PUBLISH / broadcast',
        '  published --> absent: WITHDRAW / broadcastDelete',
        '  published --> expired: LEASE_EXPIRED / broadcastDelete',
        '  expired --> published: PUBLISH / broadcast',
        '  expired --> absent: WITHDRAW',
        '',
      ].join('\n'),
    );
  });

  it('draws a state that accepts nothing as an end', () => {
    expect(toMermaid(xfrmStateChart)).toMatch(/^ {2}DEAD --> \[\*\]$/m);
  });

  it.each(charts)('draws each edge of $name once', (chart) => {
    const lines = toMermaid(chart).trimEnd().split('\n').slice(2);
    const drawn = lines.filter((line) => !line.endsWith('[*]'));
    expect(drawn.filter((line) => !edge.test(line))).toEqual([]);
    const accepted = chart.states.flatMap((state) =>
      chart.events.filter((event) => chart.accepts(state, event)),
    );
    expect(drawn.length).toBe(accepted.length);
    expect(new Set(drawn).size).toBe(drawn.length);
  });
});
