import { kernelProfiles, type XfrmCounter, xfrmCounters } from '../model/xfrm/index.ts';
import type { ClusterPlan } from '../sim/index.ts';
import { formatDuration } from './duration.ts';
import { reportFamilies } from './plan-clusters.ts';
import type { Problem } from './problem.ts';
import type { Problems } from './problems.ts';
import type { ScenarioEntries } from './schema.ts';
import { changedFamilies } from './schema/settings.ts';
import type { Path } from './yaml-source.ts';

/**
 * Checks what each entry is right about alone, but not together with others. Reports
 * `OUT_OF_RANGE`, `FAMILY_NOT_ENABLED`, `IPV6_ONLY`, `NO_FAMILY` or `UNKNOWN_COUNTER`.
 */
export function checkMeaning(
  file: ScenarioEntries,
  clusters: readonly ClusterPlan[],
  problems: Problems,
): void {
  checkInstants(file, problems);
  checkTraffic(file, clusters, problems);
  checkChanges(file, clusters, problems);
  checkCounters(file, clusters, problems);
}

type ObservationsEntry = NonNullable<NonNullable<ScenarioEntries['remedy']>['expect']>;

/** What is expected of the run and of its remedy, and where in the file. */
export function expectationsOf(
  file: ScenarioEntries,
): readonly (ObservationsEntry & { readonly path: Path })[] {
  const remedied = file.remedy?.expect;
  return [
    { ...file.expect, path: ['expect'] },
    ...(remedied === undefined ? [] : [{ ...remedied, path: ['remedy', 'expect'] }]),
  ];
}

/** Nothing is planned for a time that the run never reaches. */
function checkInstants(file: ScenarioEntries, problems: Problems): void {
  const instants: (readonly [Path, number])[] = [
    ...file.faults.map(({ at }, index) => [['faults', index, 'at'], at] as const),
    ...file.traffic.map(
      ({ startsAt }, index) => [['traffic', index, 'startsAt'], startsAt] as const,
    ),
    ...expectationsOf(file).flatMap(({ path, keysInUse = [], maxSequenceNumber = [] }) => [
      ...keysInUse.map(({ at }, index) => [[...path, 'keysInUse', index, 'at'], at] as const),
      ...maxSequenceNumber.map(
        ({ at }, index) => [[...path, 'maxSequenceNumber', index, 'at'], at] as const,
      ),
    ]),
  ];
  const limit = file.limits.time;
  for (const [path, at] of instants) {
    if (at > limit) problems.report(path, afterTheEnd(at, limit));
  }
}

function checkTraffic(
  file: ScenarioEntries,
  clusters: readonly ClusterPlan[],
  problems: Problems,
): void {
  for (const [index, { families }] of file.traffic.entries()) {
    for (const [place, family] of (families ?? []).entries()) {
      const without = clusters.find(
        ({ settings }) => !settings.families.includes(family === 'ipv4' ? 4 : 6),
      );
      if (without === undefined) continue;
      problems.report(['traffic', index, 'families', place], notEnabled(family, without.name));
    }
  }
}

function checkChanges(
  file: ScenarioEntries,
  clusters: readonly ClusterPlan[],
  problems: Problems,
): void {
  const lists = [
    { path: ['procedure'], steps: file.procedure },
    { path: ['remedy', 'procedure'], steps: file.remedy?.procedure ?? [] },
  ];
  for (const { path, steps } of lists) {
    for (const [index, { configure }] of steps.entries()) {
      const plan = clusters.find(({ name }) => name === configure?.cluster.cluster);
      if (configure === undefined || plan === undefined) continue;
      const families = changedFamilies(configure.settings, plan.settings.families);
      reportFamilies(families, [...path, index, 'configure', 'settings'], problems);
    }
  }
}

/** Older kernels have fewer counters. */
function checkCounters(
  file: ScenarioEntries,
  clusters: readonly ClusterPlan[],
  problems: Problems,
): void {
  for (const { path, counters = {} } of expectationsOf(file)) {
    for (const [nodes, expected] of Object.entries(counters)) {
      const [cluster] = nodes.split('/');
      const plans = clusters.filter(({ name }) => nodes === 'all' || name === cluster);
      for (const { kernel } of plans) {
        const missing = xfrmCounters.slice(kernelProfiles[kernel].counters);
        const unknown = Object.keys(expected).filter((one) => missing.includes(one as XfrmCounter));
        for (const counter of unknown) {
          const at = [...path, 'counters', nodes, counter];
          problems.report(at, unknownCounter(counter, kernel), 'key');
        }
      }
    }
  }
}

function afterTheEnd(at: number, limit: number): Problem {
  return {
    code: 'OUT_OF_RANGE',
    message: `${formatDuration(at)} is after the end of the run`,
    expected: `at most ${formatDuration(limit)}`,
    hint: 'raise limits.time',
  };
}

function notEnabled(family: string, cluster: string): Problem {
  return {
    code: 'FAMILY_NOT_ENABLED',
    message: `the cluster "${cluster}" has no ${family}`,
    expected: 'a family that every cluster has',
    hint: `set enable-${family}: true in its settings`,
  };
}

function unknownCounter(counter: string, kernel: string): Problem {
  return {
    code: 'UNKNOWN_COUNTER',
    message: `the kernel ${kernel} has no counter ${counter}`,
    expected: 'a counter of /proc/net/xfrm_stat of that kernel',
    hint: '',
  };
}
