import { expect, it } from 'vitest';
import { second } from '../model/time.ts';
import { Trace } from '../sim/index.ts';
import { RecordWatch } from './record-watch.ts';

it('finds the second with the most records of the nodes in question, but for those of the start', () => {
  const trace = new Trace({ clusters: ['east'], nodes: ['east/n1', 'east/n2', 'east/n3'] });
  const watch = new RecordWatch(trace);
  for (const node of [0, 1, 2]) trace.record('published', 0, node, 3);
  expect(watch.busiestSecond([0, 1, 2])).toBe(0);
  trace.record('published', 5 * second, 0, 4);
  trace.record('published', 6 * second - 1, 1, 4);
  trace.record('published', 6 * second, 2, 4);
  trace.record('published', 6.5 * second, 2, 5);
  trace.record('published', 7 * second - 1, 2, 6);
  expect(watch.busiestSecond([0, 1, 2])).toBe(3);
  expect(watch.busiestSecond([0, 1])).toBe(2);
  expect(watch.busiestSecond([1])).toBe(1);
  expect(watch.busiestSecond([])).toBe(0);
});
