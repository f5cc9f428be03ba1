import { stringify } from 'yaml';
import type { Family } from '../model/address.ts';
import { failure, type Result, success } from '../model/result.ts';
import type { Microseconds } from '../model/time.ts';
import {
  type AgentSettings,
  type ClusterPlan,
  type Condition,
  type DelayOverride,
  type Expectation,
  type Fault,
  firstNodeNumbers,
  type Link,
  planNodes,
  type Remedy,
  type Scenario,
  type Step,
  type TrafficPlan,
} from '../sim/index.ts';
import { formatDelay } from './delay-text.ts';
import { formatDuration } from './duration.ts';
import type { Problem } from './problem.ts';
import type { ScenarioFile } from './schema.ts';
import { writeLesson } from './schema/lesson.ts';
import { formatSelector } from './selector-text.ts';

type Entry<Key extends keyof ScenarioFile> = NonNullable<ScenarioFile[Key]>;
type Item<Key extends keyof ScenarioFile> = Entry<Key> extends readonly (infer One)[] ? One : never;

/**
 * The text that `loadScenario` reads as this scenario, every default spelt out. Fails with
 * `NODES_NOT_MADE_UP` where nodes are those of an inventory: its file says more than a plan holds.
 */
export function writeScenario(scenario: Scenario): Result<string, Problem> {
  const foreign = firstForeignCluster(scenario.clusters);
  if (foreign !== undefined) return failure(notMadeUp(foreign));
  return success(stringify(scenarioFile(scenario), { lineWidth: 0 }));
}

/** One writer for each field of a scenario, in the order of the file: the compiler misses none. */
const writers: {
  readonly [Key in keyof Scenario]: (scenario: Scenario) => Partial<ScenarioFile>;
} = {
  title: ({ title }) => ({ title }),
  lesson: ({ lesson }) => writeLesson(lesson),
  seed: ({ seed }) => ({ seed }),
  clusters: ({ clusters }) => ({ clusters: clusters.map(clusterEntry) }),
  delays: (scenario) => ({ delays: delaysEntry(scenario) }),
  delayOverrides: () => ({}), // a part of `delays` in the file
  traffic: ({ traffic }) => ({ traffic: traffic.map(trafficEntry) }),
  procedure: ({ procedure }) => ({ procedure: procedure.map(stepEntry) }),
  faults: ({ faults }) => ({
    faults: faults.map(({ at, fault }) => ({ at: formatDuration(at), ...faultEntry(fault) })),
  }),
  expect: ({ expect }) => ({ expect: expectEntry(expect) }),
  remedy: ({ remedy, lesson }) => remedyEntry(remedy, lesson.remedy),
  limits: ({ limits }) => ({
    limits: { events: limits.events, time: formatDuration(limits.time) },
  }),
};

function scenarioFile(scenario: Scenario): object {
  return Object.assign({}, ...Object.values(writers).map((write) => write(scenario))) as object;
}

function firstForeignCluster(clusters: readonly ClusterPlan[]): ClusterPlan | undefined {
  const firstNumbers = firstNodeNumbers(
    clusters.map(({ id, nodes }) => ({ id, count: nodes.length })),
  );
  return clusters.find((cluster, index) => {
    const { families } = cluster.settings;
    const firstNumber = firstNumbers[index] as number;
    const made = planNodes({ firstNumber, count: cluster.nodes.length, families, namePrefix: 'n' });
    return made.some(
      (node, place) =>
        JSON.stringify(node) !== JSON.stringify({ ...cluster.nodes[place], present: true }),
    );
  });
}

function clusterEntry(cluster: ClusterPlan): Item<'clusters'> {
  const absent = cluster.nodes.filter(({ present }) => !present).map(({ name }) => name);
  return {
    name: cluster.name,
    id: cluster.id,
    nodes: cluster.nodes.length,
    ...(absent.length === 0 ? {} : { absent }),
    release: cluster.release,
    ...(cluster.agent === undefined ? {} : { agent: cluster.agent }),
    kernel: cluster.kernel,
    routing: cluster.routing,
    registry: cluster.registry,
    podsPerNode: cluster.podsPerNode,
    ...(cluster.devices === undefined ? {} : { devices: [...cluster.devices] }),
    settings: settingsEntry(cluster.settings),
    secret: cluster.secret,
  };
}

function settingsEntry(
  settings: Partial<AgentSettings>,
): NonNullable<Item<'clusters'>['settings']> {
  const { rotationDuration, keyWatcher, families, encryptInterface } = settings;
  return {
    ...(rotationDuration === undefined
      ? {}
      : { 'ipsec-key-rotation-duration': formatDuration(rotationDuration) }),
    ...(keyWatcher === undefined ? {} : { 'enable-ipsec-key-watcher': keyWatcher }),
    ...(encryptInterface === undefined ? {} : { 'encrypt-interface': encryptInterface }),
    ...(families === undefined
      ? {}
      : { 'enable-ipv4': families.includes(4), 'enable-ipv6': families.includes(6) }),
  };
}

function delaysEntry({ delays, delayOverrides }: Scenario): Entry<'delays'> {
  const at = delayOverrides.map(overrideEntry);
  return {
    secretSync: formatDelay(delays.secretSync),
    load: formatDelay(delays.load),
    install: formatDelay(delays.install),
    publish: formatDelay(delays.publish),
    watch: formatDelay(delays.watch),
    mesh: formatDelay(delays.mesh),
    latency: formatDelay(delays.latency),
    reclaimInterval: formatDuration(delays.reclaimInterval),
    ...(at.length === 0 ? {} : { at }),
  };
}

function overrideEntry({ delay, value, at, from }: DelayOverride) {
  return {
    nodes: formatSelector(at),
    ...(from.kind === 'all' ? {} : { from: formatSelector(from) }),
    [delay]: formatDelay(value),
  };
}

function trafficEntry(plan: TrafficPlan): Item<'traffic'> {
  return {
    from: formatSelector(plan.from),
    to: formatSelector(plan.to),
    every: formatDuration(plan.every),
    families: plan.families.map(familyName),
    startsAt: formatDuration(plan.startsAt),
    ...(plan.toGone === undefined ? {} : { toGone: plan.toGone }),
    ...(plan.stopsAt === undefined ? {} : { stopsAt: formatDuration(plan.stopsAt) }),
  };
}

function familyName(family: Family): 'ipv4' | 'ipv6' {
  return family === 4 ? 'ipv4' : 'ipv6';
}

function stepEntry(step: Step): Item<'procedure'> {
  switch (step.kind) {
    case 'wait':
      return { wait: formatDuration(step.duration) };
    case 'waitUntil':
      return { waitUntil: waitUntilEntry(step) };
    case 'rotate':
      return { rotate: [...step.clusters] };
    case 'writeSecret':
      return { writeSecret: { cluster: step.cluster, text: step.text } };
    case 'copySecret':
      return { copySecret: { from: step.from, to: step.to } };
    case 'deleteSecret':
      return { deleteSecret: { cluster: step.cluster } };
    case 'configure':
      return {
        configure: { cluster: step.cluster, settings: settingsEntry(step.settings) },
      };
    case 'upgrade':
      return {
        upgrade: {
          nodes: formatSelector(step.nodes),
          release: step.release,
          downtime: formatDuration(step.downtime),
          interval: formatDuration(step.interval),
        },
      };
    case 'probe':
      return {
        probe: { every: formatDuration(step.every), duration: formatDuration(step.duration) },
      };
    case 'act':
      return faultEntry(step.fault);
  }
}

function waitUntilEntry({ condition, timeout }: Extract<Step, { kind: 'waitUntil' }>) {
  return {
    ...conditionEntry(condition),
    nodes: formatSelector(condition.nodes),
    timeout: formatDuration(timeout),
  };
}

function conditionEntry(condition: Condition) {
  switch (condition.kind) {
    case 'keyLoaded':
      return { keyLoaded: condition.keyId };
    case 'keysInUse':
      return { keysInUse: condition.count };
    case 'settled':
      return { settled: true };
  }
}

type FaultFields = Omit<Item<'faults'>, 'at'>;

/** A fault's own key, its selectors, durations and links as texts, and all else as it is. */
function faultEntry(fault: Fault): FaultFields {
  switch (fault.kind) {
    case 'replace':
      return { replace: { node: formatSelector(fault.nodes), by: fault.by } };
    case 'partition':
      return {
        partition: { link: linkEntry(fault.link), duration: formatDuration(fault.duration) },
      };
    case 'delayLink':
      return {
        delayLink: {
          link: linkEntry(fault.link),
          extra: formatDuration(fault.extra),
          duration: formatDuration(fault.duration),
        },
      };
    default:
      return nodeFaultEntry(fault);
  }
}

type NodeFault = Exclude<Fault, { kind: 'replace' | 'partition' | 'delayLink' }>;

interface DurationFields {
  readonly downtime?: Microseconds;
  readonly duration?: Microseconds;
  readonly latency?: Microseconds;
  readonly [other: string]: unknown;
}

function nodeFaultEntry({ kind, nodes, ...rest }: NodeFault): FaultFields {
  const { downtime, duration, latency, ...others }: DurationFields = rest;
  return {
    [kind]: {
      nodes: formatSelector(nodes),
      ...(downtime === undefined ? {} : { downtime: formatDuration(downtime) }),
      ...(duration === undefined ? {} : { duration: formatDuration(duration) }),
      ...(latency === undefined ? {} : { latency: formatDuration(latency) }),
      ...others,
    },
  };
}

function linkEntry(link: Link) {
  switch (link.kind) {
    case 'mesh':
      return { mesh: { from: link.from, to: link.to } };
    case 'network':
      return { network: { from: formatSelector(link.from), to: formatSelector(link.to) } };
    default:
      return { [link.kind]: formatSelector(link.nodes) };
  }
}

function expectEntry({ verdict, causes, ...observations }: Expectation): Entry<'expect'> {
  return {
    ...(verdict === undefined ? {} : { verdict }),
    causes: [...causes],
    ...observationsEntry(observations),
  };
}

function observationsEntry(expect: Omit<Expectation, 'verdict' | 'causes'>) {
  return {
    counters: numbersEntry(expect.counters),
    uncounted: numbersEntry(expect.uncounted),
    keysInUse: expect.keysInUse.map(({ at, nodes, count }) => ({
      at: formatDuration(at),
      nodes: formatSelector(nodes),
      count,
    })),
    maxSequenceNumber: expect.maxSequenceNumber.map(({ at, nodes, value }) => ({
      at: formatDuration(at),
      nodes: formatSelector(nodes),
      value,
    })),
    logs: expect.logs.map(({ nodes, message, count }) => ({
      nodes: formatSelector(nodes),
      message,
      count,
    })),
    recordWrites: expect.recordWrites.map(({ nodes, busiestSecond }) => ({
      nodes: formatSelector(nodes),
      busiestSecond,
    })),
  };
}

function numbersEntry(numbers: Expectation['counters']): Record<string, Record<string, number>> {
  return Object.fromEntries(
    Object.entries(numbers).map(([nodes, expected]) => [nodes, { ...expected }]),
  );
}

function remedyEntry(remedy: Remedy | undefined, text: string): Partial<ScenarioFile> {
  if (text === '') return {};
  if (remedy === undefined) return { remedy: { text } };
  return {
    remedy: {
      text,
      procedure: remedy.procedure.map(stepEntry),
      expect: observationsEntry(remedy.expect),
    },
  };
}

function notMadeUp({ name }: ClusterPlan): Problem {
  return {
    code: 'NODES_NOT_MADE_UP',
    message: `the nodes of the cluster "${name}" are those of an inventory`,
    expected: 'a scenario whose nodes are made up: `nodes: 3`',
    hint: 'edit the scenario that names the inventory',
  };
}
