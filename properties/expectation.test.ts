import { expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import type { Scenario } from '../sim/index.ts';
import { rehearse } from './rehearse.ts';
import { constant, delayAt, node, smallScenario, type Wanted } from './test-support/scenario.ts';

const deviationsOf = (expected: Partial<Scenario['expect']>, wanted: Wanted = {}) =>
  rehearse(smallScenario({ ...wanted, expect: expected })).deviations;

it('finds nothing to say where the run is as expected', () => {
  expect(
    deviationsOf({
      verdict: 'safe',
      counters: { 'east/n1': {}, 'east/n2': { XfrmInNoStates: 0 } },
      keysInUse: [
        { at: minute, nodes: { kind: 'all' }, count: 4 },
        { at: 2 * minute, nodes: { kind: 'cluster', cluster: 'east' }, count: 8 },
        { at: 9 * minute, nodes: node('n3'), count: 4 },
      ],
    }),
  ).toEqual([]);
});

it('names the verdict', () => {
  expect(deviationsOf({ verdict: 'unsafe' })).toEqual([
    { what: 'verdict', expected: 'unsafe', found: 'safe' },
  ]);
});

it('names counters, those above zero that were not expected included', () => {
  // n3 sends with the old key until 540 s; n1 drops it from its reclaimer's tick on.
  const late: Wanted = {
    delayOverrides: [delayAt('n3', 'secretSync', constant(8 * minute))],
    from: node('n3'),
    to: node('n1'),
  };
  const [found, ...others] = deviationsOf({ counters: { 'east/n1': { XfrmInError: 2 } } }, late);
  expect(others).toEqual([]);
  expect(found).toMatchObject({ what: 'counters of east/n1', expected: 'XfrmInError 2' });
  expect(found?.found).toMatch(/^XfrmInNoStates \d+$/);
  expect(deviationsOf({ counters: { 'east/n2': { XfrmInNoStates: 1 } } }, late)).toEqual([
    { what: 'counters of east/n2', expected: 'XfrmInNoStates 1', found: 'all 0' },
  ]);
});

it('names the nodes whose number of keys is another, and only those selected', () => {
  expect(deviationsOf({ keysInUse: [{ at: 90 * second, nodes: node('n2'), count: 4 }] })).toEqual([
    { what: 'keys in use of east/n2 at 90 s', expected: '4', found: '8' },
  ]);
});

it('counts the keys at the instant itself', () => {
  const at = 70 * second;
  expect(deviationsOf({ keysInUse: [{ at, nodes: node('n1'), count: 8 }] })).toEqual([]);
  expect(deviationsOf({ keysInUse: [{ at: at - 1, nodes: node('n1'), count: 4 }] })).toEqual([]);
});
