import { minute, hour, millisecond, second, type Microseconds } from '../../model/time.ts';
import type { Delay } from '../delay.ts';
import type {
  AgentSettings,
  ClusterPlan,
  Delays,
  Fault,
  Scenario,
  Step,
  TrafficPlan,
} from '../scenario.ts';
import { nothingExpected } from '../expectation.ts';
import { noLesson } from '../lesson.ts';
import type { NodeSelector } from '../selector.ts';
import { planNodes } from '../topology.ts';

/** The key secret before a run: the same key material under any key ID. */
export function secretText(keyId: number, filler = '00'): string {
  return `${keyId}+ rfc4106(gcm(aes)) ${filler.repeat(20)} 128`;
}

export function constant(value: Microseconds): Delay {
  return { kind: 'constant', value };
}

export function uniform(minimum: Microseconds, maximum: Microseconds): Delay {
  return { kind: 'uniform', minimum, maximum };
}

/** Delays without chance, each of a size of its own, so that instants can be told by hand. */
export const constantDelays: Delays = {
  secretSync: constant(10 * second),
  load: constant(1 * second),
  install: constant(0),
  publish: constant(200 * millisecond),
  watch: constant(300 * millisecond),
  mesh: constant(500 * millisecond),
  latency: constant(1 * millisecond),
  reclaimInterval: minute,
};

export interface ClusterWanted extends Partial<Omit<ClusterPlan, 'nodes' | 'settings'>> {
  readonly settings?: Partial<AgentSettings>;
  /** n1, n2, …: 3 of them unless said otherwise. */
  readonly nodes?: number;
  /** Those of them that are not there from the start. */
  readonly absent?: readonly string[];
}

/** `east`: three nodes with IPv4, native routing, on v1.18, whose agents keep old keys for 5 min. */
export function clusterWith(wanted: ClusterWanted = {}): ClusterPlan {
  const { settings, nodes = 3, absent = [], ...others } = wanted;
  const families = settings?.families ?? [4];
  const id = others.id ?? 1;
  const planned = planNodes({ firstNumber: id * 256 + 1, count: nodes, families, namePrefix: 'n' });
  return {
    name: 'east',
    id,
    release: 'cilium-1.18',
    agent: undefined,
    kernel: '6.1',
    routing: 'native',
    registry: 'crd',
    secret: secretText(3),
    podsPerNode: 1,
    ...others,
    settings: { rotationDuration: 5 * minute, keyWatcher: true, ...settings, families },
    nodes: planned.map((node) => ({ ...node, present: !absent.includes(node.name) })),
  };
}

export interface ScenarioWanted extends Partial<Omit<Scenario, 'delays'>> {
  readonly delays?: Partial<Delays>;
}

/** One small cluster with constant delays, probed each second by all of its nodes, and left alone. */
export function scenarioWith(wanted: ScenarioWanted = {}): Scenario {
  return {
    title: 'a test',
    lesson: noLesson,
    seed: '1',
    clusters: [clusterWith()],
    delayOverrides: [],
    traffic: [trafficOf({ every: second })],
    procedure: [{ kind: 'wait', duration: minute }],
    faults: [],
    limits: { events: 20_000_000, time: 24 * hour },
    expect: nothingExpected,
    remedy: undefined,
    ...wanted,
    delays: { ...constantDelays, ...wanted.delays },
  };
}

export function trafficOf(wanted: Partial<TrafficPlan> = {}): TrafficPlan {
  return {
    from: everyNode,
    to: everyNode,
    every: second,
    families: [4],
    startsAt: 0,
    stopsAt: undefined,
    ...wanted,
  };
}

export const everyNode: NodeSelector = { kind: 'all' };

/** `node('n1')` of the cluster `east`. */
export function node(name: string, cluster = 'east'): NodeSelector {
  return { kind: 'node', cluster, node: name };
}

export function cluster(name: string): NodeSelector {
  return { kind: 'cluster', cluster: name };
}

export function wait(duration: Microseconds): Step {
  return { kind: 'wait', duration };
}

export const rotate: Step = { kind: 'rotate', clusters: ['east'] };

export function act(fault: Fault): Step {
  return { kind: 'act', fault };
}
