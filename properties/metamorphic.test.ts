import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assert } from '../model/assert.ts';
import { ciliumReleases } from '../model/release.ts';
import { planNodes, type NodeSelector, type Scenario, type Step } from '../sim/index.ts';
import { anyCase, type Case, scenarioOf } from './generators/index.ts';
import { rehearse } from './rehearse.ts';
import type { Verdict } from './verdict.ts';

/*
 * What must not matter to a verdict. Nobody has to know the right verdict for these: two runs are
 * held against each other.
 *
 * That all times scale is not among them: an agent's own intervals (background sync, back-off) do not
 * scale with the delays of a cluster, so neither do verdicts.
 */

const cases = anyCase({ releases: ciliumReleases });
const runs = { numRuns: 40, seed: 7 };

/**
 * Names are part of what is drawn from (a reclaimer's beat, the order in which an agent goes through
 * its peers, ...), so they may matter to nothing but what the law decides: cases above the bound, in
 * which nothing is disturbed.
 */
const lawful = cases.map((made): Case => {
  const { secretSync, watch } = made.delays;
  const delays = { secretSync: largest(secretSync), watch: largest(watch), install: 0 };
  const side = { kind: 'above', by: 0 } as const;
  return { ...made, side, isHasty: false, faults: [], delays: { ...made.delays, ...delays } };
});

function largest(delay: Case['delays']['watch']): Case['delays']['watch'] {
  return delay.kind === 'uniform' ? { kind: 'constant', value: delay.maximum } : delay;
}

function verdictOf(scenario: Scenario): Verdict {
  return rehearse(scenario).verdict;
}

it('a wait that is split is the same wait', () => {
  fc.assert(
    fc.property(cases, (made) => {
      const scenario = scenarioOf(made);
      const procedure = scenario.procedure.flatMap((step): Step[] => {
        if (step.kind !== 'wait') return [step];
        const duration = Math.floor(step.duration / 3);
        return [
          { kind: 'wait', duration },
          { kind: 'wait', duration: step.duration - duration },
        ];
      });
      const other = rehearse({ ...scenario, procedure });
      const { run, verdict } = rehearse(scenario);
      expect(procedure.length).toBeGreaterThan(scenario.procedure.length);
      expect(other.verdict).toEqual(verdict);
      expect(other.run.packets).toEqual(run.packets);
    }),
    runs,
  );
});

it('the names of nodes do not matter to what the law decides', () => {
  fc.assert(
    fc.property(lawful, (made) => {
      const scenario = scenarioOf(made);
      const renamed = rename(scenario) as Scenario;
      expect(renamed.clusters[0]?.nodes[0]?.name).toBe('worker-1');
      expect(verdictOf(renamed).kind).toBe(verdictOf(scenario).kind);
    }),
    runs,
  );
});

/** Every `n3`, alone or after its cluster's name or in a sentence, becomes `worker-3`; addresses, which have `words`, stay. */
function rename(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\bn(\d+)\b/g, 'worker-$1');
  if (Array.isArray(value)) return value.map(rename);
  if (typeof value !== 'object' || value === null || 'words' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rename(inner)]));
}

it('a loss stays where probes are twice as many', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(cases, (made) => {
      const scenario = scenarioOf(made);
      const verdict = verdictOf(scenario);
      const traffic = scenario.traffic.map((plan) => ({ ...plan, every: plan.every / 2 }));
      const other = verdictOf({ ...scenario, traffic });
      kinds.add(verdict.kind);
      if (verdict.kind !== 'safe') expect(other.kind).toBe(verdict.kind);
      if (verdict.kind === 'safe' && other.kind === 'safe') {
        expect(other.margin).toEqual(verdict.margin);
      }
    }),
    runs,
  );
  expect([...kinds].sort()).toEqual(['safe', 'unsafe']);
});

it('a node that nobody sends to does not matter to the others', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(cases, (made) => {
      // Each peer more takes its part of an install; without that cost nothing is later.
      const scenario = scenarioOf({ ...made, delays: { ...made.delays, install: 0 }, faults: [] });
      const verdict = verdictOf(betweenThose(scenario, scenario));
      const other = verdictOf(betweenThose(withOneMore(scenario), scenario));
      kinds.add(verdict.kind);
      expect(other.kind).toBe(verdict.kind);
      if (verdict.kind === 'unsafe' && other.kind === 'unsafe') {
        expect(other.firstLoss.loss).toEqual(verdict.firstLoss.loss);
      }
    }),
    runs,
  );
  expect([...kinds].sort()).toEqual(['safe', 'unsafe']);
});

function withOneMore(scenario: Scenario): Scenario {
  const [first, ...others] = scenario.clusters;
  assert(first !== undefined, 'a scenario has a cluster');
  const { families } = first.settings;
  const firstNumber = 256 + first.nodes.length + 1;
  const idle = planNodes({ firstNumber, count: 1, families, namePrefix: 'idle' });
  const nodes = [...first.nodes, ...idle];
  return { ...scenario, clusters: [{ ...first, nodes }, ...others] };
}

/** The traffic of a scenario, between the nodes of another one only. */
function betweenThose(scenario: Scenario, { clusters, traffic }: Scenario): Scenario {
  const nodes = clusters.flatMap((cluster) =>
    cluster.nodes.map(({ name }): NodeSelector => ({
      kind: 'node',
      cluster: cluster.name,
      node: name,
    })),
  );
  const pairs = nodes.flatMap((from) => nodes.map((to) => ({ from, to })));
  const some = pairs.filter(({ from, to }) => from !== to);
  return {
    ...scenario,
    traffic: traffic.flatMap((plan) => some.map((pair) => ({ ...plan, ...pair }))),
  };
}
