import { expect, it } from 'vitest';
import { defined } from '../model/assert.ts';
import { loadScenario } from '../scenarios/index.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import type { TraceEvent } from './trace-events.ts';
import { jsonLines } from './trace-json.ts';

const text = (nodes: number): string => `
title: A rotation among ${nodes} nodes
seed: 7
clusters:
  - { name: east, nodes: ${nodes}, release: cilium-1.16, kernel: "6.1", routing: native }
delays: { load: "uniform(0s, 2s)", publish: "uniform(0s, 1s)", latency: "uniform(1ms, 900ms)" }
traffic:
  - { from: east/n1, to: east/n2 }
  - { from: east/n2, to: east/n1 }
procedure:
  - wait: 1m
  - rotate: east
  - wait: 8m
`;

/** Events whose instants follow from draws alone, not from how many states there are to install. */
const drawn: readonly TraceEvent[] = [
  'volumeUpdated',
  'keyLoaded',
  'published',
  'nodeSeen',
  'packetFate',
];

/** The drawn events that are of the first three nodes alone. */
function eventsAmongThree(nodes: number): readonly string[] {
  const loaded = loadScenario(text(nodes), { file: 'test.yaml' });
  const scenario = defined<Scenario>(loaded.ok ? loaded.value : undefined, 'scenario');
  const lines: string[] = [];
  simulate(scenario, {
    observe: (trace) => {
      const write = jsonLines(trace, (line) => lines.push(line));
      trace.observeAll((event, at, values) => {
        if (drawn.includes(event)) write(event, at, values);
      });
    },
  });
  return lines.filter((line) => !line.includes('east/n4'));
}

it('a node more leaves the draws of all others as they were', () => {
  const before = eventsAmongThree(3);
  // Three files, loads and publications, six records seen, and two packets a second.
  expect(before.length).toBeGreaterThan(1000);
  expect(eventsAmongThree(4)).toEqual(before);
});
