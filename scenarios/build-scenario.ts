import type { Family } from '../model/address.ts';
import {
  commonFamilies,
  type ClusterPlan,
  type Condition,
  type DelayOverride,
  type Fault,
  type Link,
  type LocalDelay,
  type Remedy,
  type Scenario,
  type Step,
  type TrafficPlan,
} from '../sim/index.ts';
import { onlyValue } from './schema/choice.ts';
import { buildExpectation } from './schema/expect.ts';
import type { FaultEntry } from './schema/fault.ts';
import { buildLesson } from './schema/lesson.ts';
import { changedFamilies, settingsOf } from './schema/settings.ts';
import type { StepEntry } from './schema/step.ts';
import type { ScenarioEntries } from './schema.ts';

/** The scenario that a checked file describes. */
export function buildScenario(file: ScenarioEntries, clusters: readonly ClusterPlan[]): Scenario {
  const { at: overrides = [], ...delays } = file.delays;
  return {
    title: file.title,
    lesson: buildLesson(file),
    seed: String(file.seed),
    clusters,
    delays,
    delayOverrides: overrides.flatMap(buildOverrides),
    traffic: file.traffic.map((traffic) => buildTraffic(traffic, clusters)),
    procedure: file.procedure.map((step) => buildStep(step, clusters)),
    faults: file.faults.map(({ at, ...fault }) => ({ at, fault: buildFault(fault) })),
    limits: file.limits,
    expect: buildExpectation(file.expect),
    remedy: buildRemedy(file.remedy, clusters),
  };
}

/** A remedy that is only told is none that can be carried out. */
function buildRemedy(
  entry: ScenarioEntries['remedy'],
  clusters: readonly ClusterPlan[],
): Remedy | undefined {
  if (entry?.procedure === undefined) return undefined;
  return {
    procedure: entry.procedure.map((step) => buildStep(step, clusters)),
    expect: buildExpectation(entry.expect ?? {}),
  };
}

const localDelays: readonly LocalDelay[] = [
  'secretSync',
  'load',
  'install',
  'publish',
  'watch',
  'mesh',
  'latency',
];

type OverrideEntry = NonNullable<ScenarioEntries['delays']['at']>[number];

function buildOverrides(entry: OverrideEntry): readonly DelayOverride[] {
  const from = entry.from ?? { kind: 'all' };
  return localDelays.flatMap((delay) => {
    const value = entry[delay];
    return value === undefined ? [] : [{ delay, value, at: entry.nodes, from }];
  });
}

function buildTraffic(
  entry: ScenarioEntries['traffic'][number],
  clusters: readonly ClusterPlan[],
): TrafficPlan {
  const given = entry.families?.map((name): Family => (name === 'ipv4' ? 4 : 6));
  const { toGone, ...plan } = entry;
  return {
    ...plan,
    families: given ?? commonFamilies(clusters),
    stopsAt: entry.stopsAt,
    ...(toGone === undefined ? {} : { toGone }),
  };
}

function buildStep(entry: StepEntry, clusters: readonly ClusterPlan[]): Step {
  const { wait, waitUntil, rotate, writeSecret, copySecret, deleteSecret, ...others } = entry;
  const { configure, upgrade, probe, ...faults } = others;
  if (wait !== undefined) return { kind: 'wait', duration: wait };
  if (waitUntil !== undefined) return buildWaitUntil(waitUntil);
  if (rotate !== undefined)
    return { kind: 'rotate', clusters: rotate.map(({ cluster }) => cluster) };
  if (writeSecret !== undefined) {
    return { kind: 'writeSecret', cluster: writeSecret.cluster.cluster, text: writeSecret.text };
  }
  if (copySecret !== undefined) {
    return { kind: 'copySecret', from: copySecret.from.cluster, to: copySecret.to.cluster };
  }
  if (deleteSecret !== undefined) {
    return { kind: 'deleteSecret', cluster: deleteSecret.cluster.cluster };
  }
  if (configure !== undefined) return buildConfigure(configure, clusters);
  if (probe !== undefined) return { kind: 'probe', ...probe };
  if (upgrade !== undefined) return { kind: 'upgrade', ...upgrade };
  return { kind: 'act', fault: buildFault(faults) };
}

function buildWaitUntil(entry: NonNullable<StepEntry['waitUntil']>): Step {
  return { kind: 'waitUntil', condition: buildCondition(entry), timeout: entry.timeout };
}

function buildCondition(entry: NonNullable<StepEntry['waitUntil']>): Condition {
  const { keyLoaded, keysInUse, nodes } = entry;
  if (keyLoaded !== undefined) return { kind: 'keyLoaded', nodes, keyId: keyLoaded };
  if (keysInUse !== undefined) return { kind: 'keysInUse', nodes, count: keysInUse };
  return { kind: 'settled', nodes };
}

function buildConfigure(
  { cluster, settings }: NonNullable<StepEntry['configure']>,
  clusters: readonly ClusterPlan[],
): Step {
  const before = clusters.find(({ name }) => name === cluster.cluster)?.settings.families ?? [];
  const touchesFamilies =
    settings['enable-ipv4'] !== undefined || settings['enable-ipv6'] !== undefined;
  return {
    kind: 'configure',
    cluster: cluster.cluster,
    settings: {
      ...settingsOf(settings),
      ...(touchesFamilies ? { families: changedFamilies(settings, before) } : {}),
    },
  };
}

function buildFault(entry: Omit<FaultEntry, 'at'>): Fault {
  const fault = onlyValue(entry);
  switch (fault.kind) {
    case 'replace':
      return { kind: 'replace', nodes: fault.node, by: fault.by };
    case 'partition':
      return { ...fault, link: buildLink(fault.link) };
    case 'delayLink':
      return { ...fault, link: buildLink(fault.link) };
    default:
      return fault;
  }
}

type LinkEntry = NonNullable<FaultEntry['partition']>['link'];

function buildLink(entry: LinkEntry): Link {
  const link = onlyValue(entry);
  if (link.kind !== 'mesh') return link;
  return { kind: 'mesh', from: link.from.cluster, to: link.to.cluster };
}
