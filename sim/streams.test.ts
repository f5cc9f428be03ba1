import { describe, expect, test } from 'vitest';
import { type Stream } from './stream.ts';
import { Streams } from './streams.ts';

function draws(stream: Stream): number[] {
  return Array.from({ length: 8 }, () => stream.integer(1_000_000));
}

describe('Streams', () => {
  test('gives the same draws for the same seed and name', () => {
    expect(draws(new Streams('s').stream('a'))).toEqual(draws(new Streams('s').stream('a')));
  });

  test('gives other draws for another seed or another name', () => {
    const first = draws(new Streams('s').stream('a'));
    expect(draws(new Streams('t').stream('a'))).not.toEqual(first);
    expect(draws(new Streams('s').stream('b'))).not.toEqual(first);
  });

  test('leaves the draws of a name as they were when others are drawn in between', () => {
    const streams = new Streams('s');
    const mixed = Array.from({ length: 8 }, (_, n) => {
      streams.stream('b').integer(10);
      streams.once(`c/${n}`).integer(10);
      return streams.stream('a').integer(1_000_000);
    });
    expect(mixed).toEqual(draws(new Streams('s').stream('a')));
  });

  test('continues a stream that is asked for again', () => {
    const streams = new Streams('s');
    expect(streams.stream('a')).toBe(streams.stream('a'));
    const both = [...draws(streams.stream('a')), ...draws(streams.stream('a'))];
    expect(new Set(both).size).toBe(16);
  });

  test('begins a stream for one decision anew each time', () => {
    const streams = new Streams('s');
    const first = draws(streams.once('a'));
    expect(draws(streams.once('a'))).toEqual(first);
    expect(draws(streams.stream('a'))).toEqual(first);
  });
});
