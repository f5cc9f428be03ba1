import { assert } from '../../model/assert.ts';
import type { Scenario } from '../../sim/index.ts';
import { rehearse } from '../rehearse.ts';
import type { FirstLoss, Margin } from '../verdict.ts';

/** The first loss of a scenario that must have one. */
export function firstLossOf(scenario: Scenario): FirstLoss {
  const { verdict } = rehearse(scenario);
  assert(verdict.kind === 'unsafe', `the verdict is ${verdict.kind}`);
  return verdict.firstLoss;
}

/** The margin of a scenario in which a pair must have moved to another key. */
export function marginOf(scenario: Scenario): Margin {
  const { verdict } = rehearse(scenario);
  assert(verdict.kind !== 'inconclusive', 'the run came to no end');
  assert(verdict.margin !== undefined, 'no pair moved to another key');
  return verdict.margin;
}

/** The causes as `0:01:10 east/n1 loads key 4` would tell them, instants in seconds. */
export function story({ causes }: FirstLoss): readonly string[] {
  return causes.map(({ at, node, what }) => `${at / 1_000_000} s ${node ?? 'all'}: ${what}`);
}
