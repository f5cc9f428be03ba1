import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { address, type Address } from '../address.ts';
import type { KeyHandle, StateConfig, StateShape, Template } from './config.ts';
import { StateChooser } from './state-chooser.ts';
import { StateTable } from './state-table.ts';
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

/** Each state has a key of its own, by which one table's states are compared with another's. */
function configOf(given: StateArguments, number: number): StateConfig {
  const own: StateShape = { ...shape, reqid: given.reqid, markMask: given.mask };
  const { source, destination, spi: index, mark: markValue } = given;
  return { shape: own, source, destination, spi: index, markValue, key: number as KeyHandle };
}

/**
 * Builds the tables and their reference with the same states, some of them removed again, and some
 * woken on the way.
 */
function build(
  list: readonly StateArguments[],
  removals: readonly number[],
): { table: StateTable; reference: ReferenceTables; seconds: Map<KeyHandle, number> } {
  const table = new StateTable();
  const reference = new ReferenceTables();
  const seconds = new Map<KeyHandle, number>();
  const present: StateConfig[] = [];
  list.forEach((given, at) => {
    const config = configOf(given, at);
    if (reference.find(config.destination, config.spi, config.markValue) === undefined) {
      table.add(config, given.second * 1_000_000);
      reference.add(config);
      present.push(config);
      seconds.set(config.key, given.second);
    }
    const removal = removals[at % removals.length] as number;
    if (removal === 7) table.find(config.destination, config.spi, config.markValue);
    if (removal !== at % 5) return;
    const oldest = present.shift();
    if (oldest === undefined) return;
    reference.remove(oldest);
    const [first] = table.all();
    if (first !== undefined) table.remove(first);
  });
  expect([...table.list()].map(({ key }) => key)).toEqual(present.map(({ key }) => key));
  expect([...table.keys()]).toEqual(present.map(({ key }) => key));
  return { table, reference, seconds };
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
              const found = table.find(destination, index, packetMark);
              const wanted = reference.find(destination, index, packetMark);
              expect(found?.key).toBe(wanted?.key);
              expect(table.has(destination, index, packetMark)).toBe(wanted !== undefined);
            }
          }
        }
        expect(table.size).toBe(reference.size);
        expect(table.buckets).toBe(reference.bucketCount);
      }),
    );
  });

  it('really resizes in such tables', () => {
    const [sample = []] = fc.sample(fc.array(stateArguments, { minLength: 80, maxLength: 80 }), {
      numRuns: 1,
      seed: 1,
    });
    expect(build(sample, [9]).table.buckets).toBeGreaterThan(8);
  });

  it('chooses for a template what a walk through the kernel’s buckets chooses', () => {
    const wanted = fc.record({ source: host, destination: host, spi, reqid, mark });
    fc.assert(
      fc.property(lists, removals, fc.array(wanted), (list, removed, wishes) => {
        const { table, reference, seconds } = build(list, removed);
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
          const choice = typeof chosen === 'string' ? chosen : chosen.key;
          expect(choice).toBe(referenceChoice({ reference, seconds }, template, wish));
        }
      }),
    );
  });

  it('keeps the order of insertion, and may be emptied while one walks over it', () => {
    const table = new StateTable();
    for (const index of [3, 4, 5]) table.add(outState({ spi: index }), 0);
    const states = [...table.all()];
    const walked: number[] = [];
    for (const state of table.all()) {
      walked.push(state.spi);
      table.remove(state);
    }
    expect(walked).toEqual([3, 4, 5]);
    expect(table.size).toBe(0);
    expect(states.map(({ validity }) => validity)).toEqual(['dead', 'dead', 'dead']);
  });

  /** Method: walk, and at each step remove and add as drawn; a list of numbers does the same. */
  it('meets in one walk what a growing list has at the time, wherever the rows move', () => {
    const step = fc.record({ removals: fc.array(fc.nat()), additions: fc.nat({ max: 6 }) });
    fc.assert(
      fc.property(fc.nat({ max: 30 }), fc.array(step, { maxLength: 40 }), (first, steps) => {
        const table = new StateTable();
        const present: number[] = [];
        let last = 0;
        const add = (): void => {
          last += 1;
          table.add(outState({ spi: last }), 0);
          present.push(last);
        };
        for (let n = 0; n < first; n += 1) add();
        let met = 0;
        let turn = 0;
        for (const { spi: index } of table.list()) {
          expect(index).toBe(present.find((number) => number > met));
          met = index;
          const { removals: removed, additions } = steps[turn] ?? { removals: [], additions: 0 };
          turn += 1;
          for (const draw of removed.slice(0, present.length)) {
            const [gone] = present.splice(draw % present.length, 1);
            const mark = { value: 0, mask: 0 };
            const { destination } = outState();
            expect(table.removeLocated({ destination, spi: gone ?? 0, mark })).toBe(true);
          }
          for (let n = 0; n < additions; n += 1) add();
        }
        expect(present.every((number) => number <= met)).toBe(true);
        expect([...table.list()].map(({ spi: index }) => index)).toEqual(present);
      }),
    );
  });

  it('keeps an awake state the same object while the rows around it move', () => {
    const table = new StateTable();
    const mark = { value: 0, mask: 0 };
    const { destination } = outState();
    table.add(outState({ spi: 999 }), 0);
    const awake = table.find(destination, 999, 0);
    for (let index = 1; index < 100; index += 1) {
      table.add(outState({ spi: index }), 0);
      if (index > 1) table.removeLocated({ destination, spi: index - 1, mark });
      expect(table.find(destination, 999, 0)).toBe(awake);
      expect(table.findExact({ ...outState({ spi: 999 }), mark })).toBe(awake);
    }
    expect([...table.all()].map(({ spi: index }) => index)).toEqual([999, 99]);
  });
});

const nowhere = address('0.0.0.0');

function referenceChoice(
  { reference, seconds }: Pick<ReturnType<typeof build>, 'reference' | 'seconds'>,
  template: Template,
  wish: { source: Address; destination: Address; mark: number },
): KeyHandle | 'missing' | 'spiTaken' {
  const fits = (state: StateConfig): boolean =>
    state.destination === wish.destination &&
    state.shape.reqid === template.reqid &&
    (template.spi === 0 || state.spi === template.spi) &&
    ((wish.mark ^ state.markValue) & state.shape.markMask) === 0;
  const fitsSource = ({ source }: StateConfig): boolean =>
    source === wish.source || source === nowhere || wish.source === nowhere;
  const own = reference.bucket(wish.destination, wish.source, template.reqid);
  const any = reference.bucket(wish.destination, undefined, template.reqid);
  const best =
    newest(
      own.filter((state) => fits(state) && fitsSource(state)),
      seconds,
    ) ?? newest(any.filter(fits), seconds);
  if (best !== undefined) return best.key;
  return reference.find(wish.destination, template.spi, wish.mark) === undefined
    ? 'missing'
    : 'spiTaken';
}

/** The latest second of insertion; among equals the first of the list. */
function newest(
  states: readonly StateConfig[],
  seconds: ReadonlyMap<KeyHandle, number>,
): StateConfig | undefined {
  const latest = Math.max(...states.map(({ key }) => seconds.get(key) ?? 0));
  return states.find(({ key }) => seconds.get(key) === latest);
}
