import { describe, expect, test } from 'vitest';
import { fateNumber, type PacketFate } from './packet-fate.ts';
import { jsonLines } from './trace-json.ts';
import { traceEvents } from './trace-events.ts';
import { Trace } from './trace.ts';

const names = { clusters: ['east', 'west'], nodes: ['east/n1', 'east/n2', 'west/n1'] };

/** A few events of different shapes. */
function play(trace: Trace): void {
  trace.record('secretWritten', 0, 0, 2);
  trace.record('log', 1500, 1, trace.text('info'), trace.text('key loaded'));
  trace.record('keyLoaded', 1500, 1, 4);
  trace.record('packetFate', 2000, 0, 2, 4, 4, 17, 0);
}

function digestAfter(steps: (trace: Trace) => void, of = names): string {
  const trace = new Trace(of);
  steps(trace);
  return trace.digest();
}

describe('the digest of a trace', () => {
  test('is the same for the same events', () => {
    expect(digestAfter(play)).toBe(digestAfter(play));
  });

  test('does not depend on who observes', () => {
    const watched = digestAfter((trace) => {
      trace.observeAll(() => undefined);
      trace.observe('keyLoaded', () => undefined);
      play(trace);
    });
    expect(watched).toBe(digestAfter(play));
  });

  test.each<[string, (trace: Trace) => void]>([
    [
      'the instant',
      (trace) => {
        trace.record('keyLoaded', 11, 0, 4);
      },
    ],
    [
      'the event',
      (trace) => {
        trace.record('published', 10, 0, 4);
      },
    ],
    [
      'the first value',
      (trace) => {
        trace.record('keyLoaded', 10, 1, 4);
      },
    ],
    [
      'the last value',
      (trace) => {
        trace.record('keyLoaded', 10, 0, 5);
      },
    ],
    [
      'a further event',
      (trace) => {
        trace.record('keyLoaded', 10, 0, 4);
        trace.record('agentStarted', 10, 0, 300);
      },
    ],
  ])('tells %s', (_, steps) => {
    const original = digestAfter((trace) => {
      trace.record('keyLoaded', 10, 0, 4);
    });
    expect(digestAfter(steps)).not.toBe(original);
  });

  test('takes in each of the values of every event', () => {
    for (const [event, fields] of Object.entries(traceEvents)) {
      const digests = fields.map((_, changed) =>
        digestAfter((trace) => {
          const record = trace.record.bind(trace) as (name: string, ...values: number[]) => void;
          record(event, 0, ...fields.map((__, index) => (index === changed ? 1 : 0)));
        }),
      );
      expect(new Set(digests).size).toBe(fields.length);
    }
  });

  test('takes in texts and names by what they say', () => {
    const log = (message: string): string =>
      digestAfter((trace) => {
        trace.record('log', 0, 0, trace.text('info'), trace.text(message));
      });
    expect(log('one')).not.toBe(log('two'));
    expect(digestAfter(play)).not.toBe(
      digestAfter(play, { ...names, nodes: ['east/n1', 'east/n2', 'west/n9'] }),
    );
  });
});

describe('observers', () => {
  test('are told of their kind of event alone, with its values', () => {
    const trace = new Trace(names);
    const seen: unknown[] = [];
    trace.observe('keyLoaded', (at, node, keyId) => {
      seen.push({ at, node, keyId });
    });
    play(trace);
    expect(seen).toEqual([{ at: 1500, node: 1, keyId: 4 }]);
  });

  test('of one event are told in the order in which they came', () => {
    const trace = new Trace(names);
    const seen: string[] = [];
    trace.observe('keyLoaded', () => seen.push('first'));
    trace.observe('keyLoaded', () => seen.push('second'));
    trace.observeAll((event) => seen.push(event));
    trace.record('keyLoaded', 0, 0, 4);
    expect(seen).toEqual(['first', 'second', 'keyLoaded']);
  });

  test('of all events are told as many values as the event has fields', () => {
    const trace = new Trace(names);
    const seen: unknown[] = [];
    trace.observeAll((event, at, values) => {
      seen.push([event, at, values]);
    });
    play(trace);
    expect(seen).toEqual([
      ['secretWritten', 0, [0, 2]],
      ['log', 1500, [1, 0, 1]],
      ['keyLoaded', 1500, [1, 4]],
      ['packetFate', 2000, [0, 2, 4, 4, 17, 0]],
    ]);
  });
});

test('fates are told to all who asked for them, and to nobody else', () => {
  const trace = new Trace(names);
  const seen: string[] = [];
  const note =
    (who: string) =>
    (at: number): void => {
      seen.push(`${who} ${at}`);
    };
  trace.observeFates(['plaintext', 'nodeDown'], note('first'));
  trace.observeFates(['nodeDown'], note('second'));
  for (const [at, fate] of ['delivered', 'plaintext', 'nodeDown'].entries())
    trace.record('packetFate', at, 0, 1, 4, 3, 1, fateNumber(fate as PacketFate));
  expect(seen).toEqual(['first 1', 'first 2', 'second 2']);
});

test('a number that stands for nothing means nothing', () => {
  const trace = new Trace(names);
  for (const type of ['cluster', 'node', 'text', 'fate'] as const)
    expect(trace.meaning(type, -1)).toBe('');
  expect(trace.meaning('integer', -1)).toBe(-1);
});

test('a text has one number in a trace', () => {
  const trace = new Trace(names);
  expect(['a', 'b', 'a'].map((text) => trace.text(text))).toEqual([0, 1, 0]);
  expect(trace.meaning('text', 1)).toBe('b');
});

test('an event with a missing or a surplus value does not compile', () => {
  const trace = new Trace(names);
  // @ts-expect-error the key ID is missing
  trace.record('keyLoaded', 0, 1);
  // @ts-expect-error there is no third value
  trace.record('keyLoaded', 0, 1, 4, 5);
  const unknown = (): void => {
    // @ts-expect-error there is no such event
    trace.record('keyEaten', 0, 1);
  };
  expect(unknown).toThrow(TypeError);
});

test('a trace is written as a line of JSON an event, with names spelt out', () => {
  const trace = new Trace(names);
  const lines: string[] = [];
  trace.observeAll(jsonLines(trace, (line) => lines.push(line)));
  play(trace);
  expect(lines).toEqual([
    '{"at":0,"event":"secretWritten","cluster":"east","version":2}',
    '{"at":1500,"event":"log","node":"east/n2","level":"info","message":"key loaded"}',
    '{"at":1500,"event":"keyLoaded","node":"east/n2","keyId":4}',
    '{"at":2000,"event":"packetFate","sender":"east/n1","receiver":"west/n1","family":4,"spi":4,"sequence":17,"fate":"delivered"}',
  ]);
});
