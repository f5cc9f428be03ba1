import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { address, type Address } from '../address.ts';
import type { KeyHandle, StateShape, Template } from './config.ts';
import { StateChooser } from './state-chooser.ts';
import { StateTable } from './state-table.ts';
import { XfrmState } from './state.ts';
import { ReferenceTables } from './test-support/reference-tables.ts';
import { outbound, outState, outTemplate, shape } from './test-support/sample.ts';

const hosts = ['198.18.0.1', '198.18.0.2', '198.18.0.77', '10.0.3.4', '0.0.0.0'].map(address);
const masks = [0, 0xf00, 0xff00, 0xffffff00];
const marks = [0, 0xd00, 0xe00, 0x1d00, 0xffff0d00];

const host = fc.constantFrom(...hosts);
const spi = fc.constantFrom(0, 3, 4, 0x1000);
const reqid = fc.constantFrom(1, 2);
const mark = fc.constantFrom(...marks);
const stateArguments = fc.record({
  source: host,
  destination: host,
  spi,
  mark,
  mask: fc.constantFrom(...masks),
  reqid,
  second: fc.integer({ min: 0, max: 2 }),
});
type StateArguments = typeof stateArguments extends fc.Arbitrary<infer T> ? T : never;

function stateOf(given: StateArguments): XfrmState {
  const own: StateShape = { ...shape, reqid: given.reqid, markMask: given.mask };
  const { source, destination, spi: index, mark: markValue } = given;
  const config = { shape: own, source, destination, spi: index, markValue, key: 0 as KeyHandle };
  return new XfrmState(config, 'valid', given.second * 1_000_000);
}

/** Builds the tables and their reference with the same states, some of them removed again. */
function build(
  list: readonly StateArguments[],
  removals: readonly number[],
): { table: StateTable; reference: ReferenceTables } {
  const table = new StateTable();
  const reference = new ReferenceTables();
  list.forEach((given, at) => {
    const state = stateOf(given);
    if (reference.find(state.destination, state.spi, state.markValue) === undefined) {
      table.add(state);
      reference.add(state);
    }
    if (removals[at % removals.length] === at % 5) {
      const [oldest] = table.all();
      if (oldest !== undefined) {
        reference.remove(oldest);
        table.remove(oldest);
      }
    }
  });
  return { table, reference };
}

const lists = fc.array(stateArguments, { maxLength: 80 });
const removals = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 7 });

describe('StateTable', () => {
  it('finds by SPI and mark what a walk through the kernel’s list finds, also after resizes', () => {
    fc.assert(
      fc.property(lists, removals, (list, removed) => {
        const { table, reference } = build(list, removed);
        for (const destination of hosts) {
          for (const index of [0, 3, 4]) {
            for (const packetMark of marks) {
              const found = table.bySpi.find(destination, index, packetMark);
              expect(found).toBe(reference.find(destination, index, packetMark));
            }
          }
        }
        expect(table.size).toBe(reference.size);
        expect(table.byDestination.buckets).toBe(reference.bucketCount);
      }),
    );
  });

  it('really resizes in such tables', () => {
    const [sample = []] = fc.sample(fc.array(stateArguments, { minLength: 80, maxLength: 80 }), {
      numRuns: 1,
      seed: 1,
    });
    expect(build(sample, [9]).table.byDestination.buckets).toBeGreaterThan(8);
  });

  it('chooses for a template what a walk through the kernel’s buckets chooses', () => {
    const wanted = fc.record({ source: host, destination: host, spi, reqid, mark });
    fc.assert(
      fc.property(lists, removals, fc.array(wanted), (list, removed, wishes) => {
        const { table, reference } = build(list, removed);
        const chooser = new StateChooser(table);
        for (const wish of wishes) {
          const template: Template = { ...outTemplate, spi: wish.spi, reqid: wish.reqid };
          const chosen = chooser.choose(
            template,
            wish.destination,
            wish.source,
            wish.mark | 0,
            outbound,
          );
          expect(chosen).toBe(referenceChoice(reference, template, wish));
        }
      }),
    );
  });

  it('keeps the order of insertion, and may be emptied while one walks over it', () => {
    const table = new StateTable();
    const states = [3, 4, 5].map((index) => new XfrmState(outState({ spi: index }), 'valid', 0));
    states.forEach((state) => {
      table.add(state);
    });
    const walked: number[] = [];
    for (const state of table.all()) {
      walked.push(state.spi);
      table.remove(state);
    }
    expect(walked).toEqual([3, 4, 5]);
    expect(table.size).toBe(0);
    expect(states.map(({ validity }) => validity)).toEqual(['dead', 'dead', 'dead']);
  });
});

const nowhere = address('0.0.0.0');

function referenceChoice(
  reference: ReferenceTables,
  template: Template,
  wish: { source: Address; destination: Address; mark: number },
): XfrmState | 'missing' | 'spiTaken' {
  const fits = (state: XfrmState): boolean =>
    state.destination === wish.destination &&
    state.shape.reqid === template.reqid &&
    (template.spi === 0 || state.spi === template.spi) &&
    (wish.mark & state.shape.markMask) >>> 0 === state.markValue;
  const fitsSource = ({ source }: XfrmState): boolean =>
    source === wish.source || source === nowhere || wish.source === nowhere;
  const own = reference.bucket(wish.destination, wish.source, template.reqid);
  const any = reference.bucket(wish.destination, undefined, template.reqid);
  const best =
    newest(own.filter((state) => fits(state) && fitsSource(state))) ?? newest(any.filter(fits));
  if (best !== undefined) return best;
  return reference.find(wish.destination, template.spi, wish.mark) === undefined
    ? 'missing'
    : 'spiTaken';
}

/** The latest second of insertion; among equals the first of the list. */
function newest(states: readonly XfrmState[]): XfrmState | undefined {
  const second = Math.max(...states.map(({ addedSecond }) => addedSecond));
  return states.find(({ addedSecond }) => addedSecond === second);
}
