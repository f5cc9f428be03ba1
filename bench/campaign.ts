import fc from 'fast-check';
import { anyCase, invariants, judge, scenarioOf } from '../properties/index.ts';
import { ActorQueue } from './actor-queue.ts';

/** Some cases of a default campaign, and what drives them: keyturn's own queue, or XState's actors. */
export interface CampaignTask {
  readonly seed: number;
  readonly cases: number;
  readonly driver: 'queue' | 'actors';
}

/**
 * Does them as `keyturn fuzz` does, but for those of two nodes; 20 virtual minutes each. Answers what
 * came of them.
 */
export function campaign({ seed, cases, driver }: CampaignTask): readonly string[] {
  const range = anyCase({ releases: ['cilium-1.19'] }).filter(({ nodes }) => nodes >= 3);
  return fc.sample(range, { seed, numRuns: cases }).map((made) => {
    const options = driver === 'queue' ? {} : { queue: () => new ActorQueue() };
    const { findings, run } = judge(scenarioOf(made), invariants, options);
    return [run.digest, ...findings.map(({ invariant }) => invariant)].join(' ');
  });
}
