import fc from 'fast-check';
import { assert } from '../model/assert.ts';
import { anyCase, invariants, judge, scenarioOf } from '../properties/index.ts';
import type { EventQueue } from '../sim/event-queue.ts';
import { ActorQueue } from './actor-queue.ts';
import { type Benchmark, interleavedSeconds } from './harness.ts';

const cases = 100;
const leastCases = 500;

type MakeQueue = () => EventQueue;

/**
 * Cases of a default campaign, as `keyturn fuzz` makes them, but for those of two nodes; 20 virtual
 * minutes each. Answers what came of them.
 */
function campaign(seed: number, queue?: MakeQueue): readonly string[] {
  const range = anyCase({ releases: ['cilium-1.19'] }).filter(({ nodes }) => nodes >= 3);
  return fc.sample(range, { seed, numRuns: cases }).map((made) => {
    const options = queue === undefined ? {} : { queue };
    const { findings, run } = judge(scenarioOf(made), invariants, options);
    return [run.digest, ...findings.map(({ invariant }) => invariant)].join(' ');
  });
}

const actorQueue: MakeQueue = () => new ActorQueue();

/** On one thread, of which `keyturn fuzz` takes as many as there are processors. */
export const campaignBenchmarks: readonly Benchmark[] = [
  {
    name: 'campaign, 3 to 6 nodes, 20 virtual minutes, all properties, one thread',
    run: () => {
      let seed = 0;
      const [own = Number.NaN, actors = Number.NaN] = interleavedSeconds([
        () => campaign((seed += 1)),
        () => campaign(seed, actorQueue),
      ]);
      const isSame = campaign(0).join() === campaign(0, actorQueue).join();
      assert(isSame, 'the campaign that actors drive comes out otherwise');
      const [rate, actorRate] = [cases / own, cases / actors];
      return {
        value: rate,
        unit: `cases/s; the same driven by XState actors ${actorRate.toFixed(0)}, a ratio of ${(rate / actorRate).toFixed(2)};`,
        bar: { text: `at least ${leastCases}`, holds: rate >= leastCases },
      };
    },
  },
];
