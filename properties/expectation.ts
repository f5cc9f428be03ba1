import { type Run, type Scenario, type Selectable, selects } from '../sim/index.ts';
import type { Verdict } from './verdict.ts';

/** Something in which a run is not as its scenario expects. */
export interface Deviation {
  /** `verdict`, `counters of east/n1`, `keys in use of east/n1 at 60 s`. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

/** Compares a run with the scenario's `expect`. */
export function deviations(scenario: Scenario, run: Run, verdict: Verdict): readonly Deviation[] {
  const { expect } = scenario;
  const found: Deviation[] = [];
  if (expect.verdict !== undefined && expect.verdict !== verdict.kind) {
    found.push({ what: 'verdict', expected: expect.verdict, found: verdict.kind });
  }
  return [...found, ...counterDeviations(scenario, run), ...keyDeviations(scenario, run)];
}

function counterDeviations({ expect }: Scenario, run: Run): readonly Deviation[] {
  return Object.entries(expect.counters).flatMap(([name, counters]) => {
    const node = run.nodes.find((candidate) => candidate.name === name);
    const expected = countersText(Object.entries(counters));
    const found = countersText([...(node?.counters ?? [])]);
    return expected === found ? [] : [{ what: `counters of ${name}`, expected, found }];
  });
}

function countersText(counters: readonly (readonly [string, number])[]): string {
  const set = counters.filter(([, value]) => value > 0).map(([name, value]) => `${name} ${value}`);
  return set.length === 0 ? 'all 0' : set.sort().join(', ');
}

function keyDeviations({ expect }: Scenario, run: Run): readonly Deviation[] {
  return expect.keysInUse.flatMap(({ at, nodes, count }) =>
    run.nodes.flatMap(({ name, keysInUse }) => {
      if (!selects(nodes, selectable(name))) return [];
      const found = keysInUse.filter((change) => change.at <= at).at(-1)?.count ?? 0;
      if (found === count) return [];
      const what = `keys in use of ${name} at ${at / 1_000_000} s`;
      return [{ what, expected: String(count), found: String(found) }];
    }),
  );
}

function selectable(name: string): Selectable {
  const slash = name.indexOf('/');
  return { clusterName: name.slice(0, slash), shortName: name.slice(slash + 1) };
}
