import type { Microseconds } from '../model/time.ts';
import type { Scenario } from '../sim/index.ts';
import { rehearse, type Rehearsal } from './rehearse.ts';
import type { Margin, Verdict } from './verdict.ts';

/** What many runs of one scenario, each with a seed of its own, show together. */
export interface Check {
  readonly runs: readonly CheckedRun[];
  readonly verdict: Verdict['kind'];
  /** The first unsafe run in full, or else the one with the smallest margin, or else the first. */
  readonly worst: Rehearsal;
  /** The smallest margin of all runs. */
  readonly margin: (Margin & { readonly seed: string }) | undefined;
  /** The largest of the rotation durations that the runs needed; undefined if one had no bound. */
  readonly neededRotationDuration: Microseconds | undefined;
}

export interface CheckedRun {
  readonly seed: string;
  readonly verdict: Verdict['kind'];
  readonly digest: string;
  readonly margin: Margin | undefined;
}

/** The seeds of a check: the scenario's own first, then numbered ones that follow from it. */
export function seedsOf(scenario: Scenario, runs: number): readonly string[] {
  return Array.from({ length: runs }, (_, index) =>
    index === 0 ? scenario.seed : `${scenario.seed}.${index}`,
  );
}

/**
 * Runs a scenario with many seeds. It is unsafe if one run is, and also if a margin is negative: that
 * nothing was lost is then owed to the reclaimer's tick or to the pace of the probes.
 */
export function check(
  scenario: Scenario,
  runs: number,
  progress: (done: number) => void = () => undefined,
): Check {
  const checked: CheckedRun[] = [];
  let worst: Rehearsal | undefined = undefined;
  for (const seed of seedsOf(scenario, runs)) {
    const rehearsal = rehearse({ ...scenario, seed });
    const { verdict, run } = rehearsal;
    checked.push({ seed, verdict: verdict.kind, digest: run.digest, margin: marginOf(verdict) });
    if (worst === undefined || isWorse(rehearsal, worst)) worst = rehearsal;
    progress(checked.length);
  }
  return summarise(checked, worst ?? rehearse(scenario));
}

function summarise(runs: readonly CheckedRun[], worst: Rehearsal): Check {
  const margins = runs.flatMap(({ seed, margin }) => (margin ? [{ ...margin, seed }] : []));
  const [first, ...others] = margins;
  const margin =
    first === undefined
      ? undefined
      : others.reduce((least, one) => (one.smallest < least.smallest ? one : least), first);
  const needed = margins.map(({ neededRotationDuration }) => neededRotationDuration);
  const bounded = needed.filter((value) => value !== undefined);
  return {
    runs,
    verdict: together(runs, margin),
    worst,
    margin,
    neededRotationDuration:
      bounded.length === needed.length && bounded.length > 0 ? Math.max(...bounded) : undefined,
  };
}

function together(runs: readonly CheckedRun[], margin: Margin | undefined): Verdict['kind'] {
  if (runs.some(({ verdict }) => verdict === 'unsafe')) return 'unsafe';
  if (runs.some(({ verdict }) => verdict === 'inconclusive')) return 'inconclusive';
  return margin !== undefined && margin.smallest < 0 ? 'unsafe' : 'safe';
}

const badness: Readonly<Record<Verdict['kind'], number>> = { safe: 0, inconclusive: 1, unsafe: 2 };

function isWorse(one: Rehearsal, other: Rehearsal): boolean {
  const difference = badness[one.verdict.kind] - badness[other.verdict.kind];
  if (difference !== 0) return difference > 0;
  return one.verdict.kind === 'safe' && smallestOf(one.verdict) < smallestOf(other.verdict);
}

function smallestOf(verdict: Verdict): Microseconds {
  return marginOf(verdict)?.smallest ?? Number.POSITIVE_INFINITY;
}

function marginOf(verdict: Verdict): Margin | undefined {
  return verdict.kind === 'inconclusive' ? undefined : verdict.margin;
}
