import { expect, it } from 'vitest';
import { type Finding, invariants } from '../invariants/index.ts';
import { scenarioOf } from '../generators/index.ts';
import { rehearse } from '../rehearse.ts';
import type { CampaignPlan } from './campaign-plan.ts';
import { type ChunkResult, clearestOf, runChunk, shrinkCase } from './chunk.ts';
import { magnified } from './magnified.ts';
import type { Shrunk } from './shrink.ts';

const plan: CampaignPlan = {
  seed: 1,
  range: { releases: ['cilium-1.19'] },
  held: invariants.map(({ id }) => id),
  agent: undefined,
};

function firstFailure(of: CampaignPlan): ChunkResult & { failure: object } {
  for (let chunk = 0; chunk < 20; chunk += 1) {
    const result = runChunk(of, chunk);
    if (result.failure !== undefined) return { ...result, failure: result.failure };
  }
  throw new Error('nothing was violated');
}

it('holds for the release that is meant to be correct, and gives the same each time', () => {
  const result = runChunk(plan, 0);
  expect(result).toMatchObject({ runs: 50, failure: undefined, inconclusive: 0 });
  expect(runChunk(plan, 0)).toEqual(result);
});

it('finds that a release announces a key too early, and shrinks it to the race', () => {
  const early: CampaignPlan = {
    ...plan,
    range: { releases: ['cilium-1.18'] },
    held: ['no-in-no-states', 'chosen-key-usable'],
  };
  const { chunk, failure } = firstFailure(early);
  const { place, findings } = failure as NonNullable<ChunkResult['failure']>;
  const { invariant } = clearestOf(findings) as Finding;
  const { made, judgement } = shrinkCase(early, { chunk, place, invariant }) as Shrunk;
  expect(made.nodes).toBeLessThanOrEqual(3);
  expect(made).toMatchObject({ rotations: 1, faults: [], clusters: 1 });
  const [found] = judgement.findings as [Finding];
  expect(found).toMatchObject({ invariant: 'chosen-key-usable', class: 'safety' });
  const { verdict } = rehearse(magnified(scenarioOf(made), found.at));
  expect(verdict).toMatchObject({
    kind: 'unsafe',
    firstLoss: {
      loss: { fate: 'XfrmInNoStates' },
      remedy: expect.stringContaining('announce a key only when') as unknown,
    },
  });
});

it('kills a mutant by the property that is written for it', () => {
  const { failure } = firstFailure({ ...plan, agent: 'gives-all-nodes-one-id' });
  const { findings } = failure as NonNullable<ChunkResult['failure']>;
  expect(findings.map(({ invariant }) => invariant)).toContain('node-ids-bijective');
});

it('tells a pair that does not recover when all faults are over from a loss on the way', () => {
  const agent = 'maps-no-router-ips-of-newcomers';
  const { failure } = firstFailure({ ...plan, agent, held: ['converges'] });
  const { findings } = failure as NonNullable<ChunkResult['failure']>;
  expect(findings).toMatchObject([
    {
      invariant: 'converges',
      class: 'liveness',
      what: expect.stringContaining('still fails') as unknown,
    },
  ]);
});
