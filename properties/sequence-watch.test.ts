import { beforeEach, describe, expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import { simulate, Trace } from '../sim/index.ts';
import { SequenceWatch } from './sequence-watch.ts';
import { smallScenario } from './test-support/scenario.ts';

const [n1, n2, n3] = [0, 1, 2];

describe('the largest sequence number', () => {
  let trace: Trace;
  let watch: SequenceWatch;

  beforeEach(() => {
    trace = new Trace({ clusters: ['east'], nodes: ['east/n1', 'east/n2', 'east/n3'] });
    watch = new SequenceWatch(trace, [20, 10, 30, 20]);
  });

  const send = (at: number, receiver: number, spi: number, sequence: number): void => {
    trace.record('packetSent', at, n1, receiver, 4, spi, sequence);
  };
  const seen = (node: number): readonly number[] =>
    [10, 20, 30].map((at) => watch.largest(node, at));

  it('is over all peers and keys of the node that sends, at each instant', () => {
    send(1, n2, 3, 7);
    send(2, n3, 3, 9);
    send(11, n2, 4, 12);
    send(21, n3, 3, 10);
    expect(seen(n1)).toEqual([9, 12, 12]);
    expect(seen(n2)).toEqual([0, 0, 0]);
  });

  it('is what was sent up to the instant itself, and no later', () => {
    send(10, n2, 3, 1);
    send(11, n2, 3, 2);
    expect(seen(n1)).toEqual([1, 2, 2]);
  });

  it('keeps families apart', () => {
    trace.record('packetSent', 1, n1, n2, 6, 3, 50);
    send(2, n2, 3, 7);
    expect(seen(n1)).toEqual([50, 50, 50]);
  });

  it('goes with the state that the node sends with, in both families', () => {
    send(1, n2, 3, 7);
    trace.record('packetSent', 1, n1, n2, 6, 3, 50);
    send(2, n3, 3, 5);
    trace.record('stateDeleted', 11, n1, n2, 3, 1);
    expect(seen(n1)).toEqual([50, 5, 5]);
  });

  it('stays where a state to receive, of another peer, or of another key goes', () => {
    send(1, n2, 3, 7);
    trace.record('stateDeleted', 11, n1, n2, 3, 0);
    trace.record('stateDeleted', 11, n1, n3, 3, 1);
    trace.record('stateDeleted', 11, n1, n2, 4, 1);
    trace.record('stateDeleted', 11, n2, n1, 3, 1);
    expect(seen(n1)).toEqual([7, 7, 7]);
  });

  it('starts again at a node whose machine changes, and only there', () => {
    send(1, n2, 3, 7);
    trace.record('packetSent', 1, n2, n1, 4, 3, 8);
    trace.record('nodeChanged', 11, n1, trace.text('down'));
    expect(seen(n1)).toEqual([7, 0, 0]);
    expect(seen(n2)).toEqual([8, 8, 8]);
  });

  it('is 0 at an instant that nobody asked for', () => {
    send(1, n2, 3, 7);
    expect(watch.largest(n1, 15)).toBe(0);
  });
});

it('is that of a run: a rotation starts again from 1, and the old state goes with its key', () => {
  // A probe a second from 0 s on. The key is written at 60 s, loaded at 70 s and used from 73 s on: at
  // 72 s each node hears that its peers have it, after the probes of that second. So 73 packets with
  // key 3; at 73 s the first one with key 4. The old states go at 370 s or up to a minute later.
  const instants = [0, 72 * second, 80 * second, 480 * second];
  const watches: SequenceWatch[] = [];
  simulate(smallScenario(), {
    observe: (trace) => {
      watches.push(new SequenceWatch(trace, instants));
    },
  });
  const found = instants.map((at) => watches[0]?.largest(n1, at));
  expect(found).toEqual([1, 73, 73, 480 - 72]);
  expect(480 * second).toBeGreaterThan(70 * second + 5 * minute + minute);
});
