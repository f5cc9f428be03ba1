import { expect, it } from 'vitest';
import { Trace } from '../sim/index.ts';
import { LogWatch } from './log-watch.ts';

function traceOf(lines: readonly (readonly [node: number, text: string])[]): LogWatch {
  const trace = new Trace({ clusters: ['east'], nodes: ['east/n1', 'east/n2'] });
  const watch = new LogWatch(trace);
  const level = trace.text('error');
  for (const [node, text] of lines) trace.record('log', 0, node, level, trace.text(text));
  return watch;
}

it('counts the lines of one node that have a text in them', () => {
  const watch = traceOf([
    [0, 'Unable to replace XFRM state: ENOMEM'],
    [0, 'Unable to replace XFRM state: EEXIST'],
    [0, 'Unable to replace XFRM state: ENOMEM'],
    [0, 'Failed to load IPsec keyfile'],
    [1, 'Unable to replace XFRM state: ENOMEM'],
  ]);
  expect(watch.count(0, 'Unable to replace XFRM state: ENOMEM')).toBe(2);
  expect(watch.count(0, 'Unable to replace XFRM state')).toBe(3);
  expect(watch.count(1, 'XFRM')).toBe(1);
  expect(watch.count(1, 'keyfile')).toBe(0);
});

it('takes letters as they are, and no pattern', () => {
  const watch = traceOf([[0, 'key ID 3.']]);
  expect([watch.count(0, 'Key'), watch.count(0, 'ID .'), watch.count(0, '3.')]).toEqual([0, 0, 1]);
});

it('counts the last words of an agent that exits', () => {
  const trace = new Trace({ clusters: ['east'], nodes: ['east/n1'] });
  const watch = new LogWatch(trace);
  trace.record('agentExited', 5, 0, trace.text('panic'), trace.text('index out of range [2]'));
  trace.record('agentExited', 9, 0, trace.text('panic'), trace.text('index out of range [2]'));
  expect(watch.count(0, 'out of range')).toBe(2);
  // Why it exited is no text of its own.
  expect(watch.count(0, 'panic')).toBe(0);
});

it('knows nothing of a node that the trace does not have', () => {
  expect(traceOf([[0, 'a line']]).count(7, 'a line')).toBe(0);
});
