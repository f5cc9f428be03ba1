import { millisecond, minute, second, type Microseconds } from '../../model/time.ts';
import type { CiliumRelease } from '../../model/release.ts';
import type { Family } from '../../model/address.ts';
import {
  type ClusterPlan,
  type Delay,
  type DelayOverride,
  type Delays,
  noLesson,
  type NodeSelector,
  nothingExpected,
  planNodes,
  type Scenario,
  type Step,
} from '../../sim/index.ts';

/** A secret with this key ID and these key bytes, in the documented form. */
export function secretText(
  keyId: number,
  keyHex = '00112233445566778899aabbccddeeff01020304',
): string {
  return `${keyId}+ rfc4106(gcm(aes)) ${keyHex} 128`;
}

export function constant(value: Microseconds): Delay {
  return { kind: 'constant', value };
}

/** `n1` of the cluster `east`. */
export function node(name: string): NodeSelector {
  return { kind: 'node', cluster: 'east', node: name };
}

/** One delay that is another at one node of `east`. */
export function delayAt(name: string, delay: DelayOverride['delay'], value: Delay): DelayOverride {
  return { delay, value, at: node(name), from: { kind: 'all' } };
}

/**
 * Delays of which each is a round number, so that a test can say when what happens: a key file is
 * there 10 s after the secret, a peer hears of it 2 s after that, a packet takes 1 ms.
 */
export const plainDelays: Delays = {
  secretSync: constant(10 * second),
  load: constant(0),
  install: constant(0),
  publish: constant(second),
  watch: constant(second),
  mesh: constant(0),
  latency: constant(millisecond),
  reclaimInterval: minute,
};

/** What a test wants to be unlike {@link smallScenario}'s defaults. */
export interface Wanted {
  readonly nodes?: number;
  readonly release?: CiliumRelease;
  readonly rotationDuration?: Microseconds;
  readonly families?: readonly Family[];
  readonly secret?: string;
  /** Nodes that are there only once a fault has them join. */
  readonly absent?: readonly string[];
  readonly delays?: Partial<Delays>;
  readonly delayOverrides?: readonly DelayOverride[];
  readonly procedure?: readonly Step[];
  readonly faults?: Scenario['faults'];
  readonly expect?: Partial<Scenario['expect']>;
  readonly remedy?: Scenario['remedy'];
  /** Who sends probes; all to all where not given. */
  readonly from?: NodeSelector;
  readonly to?: NodeSelector;
  /** Between two probes of a pair; one second where not given. */
  readonly every?: Microseconds;
  readonly seed?: string;
  readonly limits?: Scenario['limits'];
}

/** The rotation of nearly all tests: the new secret is written one minute into the run. */
export const rotateAtOneMinute: readonly Step[] = [
  { kind: 'wait', duration: minute },
  { kind: 'rotate', clusters: ['east'] },
  { kind: 'wait', duration: 12 * minute },
];

/**
 * One cluster, `east`, on 1.19 with native routing and a probe per second on every pair: 1.19 has no
 * endpoint records, so that a peer's news takes `publish` and `watch`, and nothing else.
 */
export function smallScenario(wanted: Wanted = {}): Scenario {
  const { expect = {} } = wanted;
  return {
    title: 'A test',
    lesson: noLesson,
    seed: wanted.seed ?? '1',
    clusters: [clusterPlan(wanted)],
    delays: { ...plainDelays, ...wanted.delays },
    delayOverrides: wanted.delayOverrides ?? [],
    traffic: [
      {
        from: wanted.from ?? { kind: 'all' },
        to: wanted.to ?? { kind: 'all' },
        every: wanted.every ?? second,
        families: wanted.families ?? [4],
        startsAt: 0,
        stopsAt: undefined,
      },
    ],
    procedure: wanted.procedure ?? rotateAtOneMinute,
    faults: wanted.faults ?? [],
    limits: wanted.limits ?? { events: 10_000_000, time: 600 * minute },
    expect: { ...nothingExpected, ...expect },
    remedy: wanted.remedy,
  };
}

function clusterPlan(wanted: Wanted): ClusterPlan {
  const families = wanted.families ?? [4];
  const nodes = planNodes({
    firstNumber: 257,
    count: wanted.nodes ?? 3,
    families,
    namePrefix: 'n',
  });
  return {
    name: 'east',
    id: 1,
    release: wanted.release ?? 'cilium-1.19',
    agent: undefined,
    kernel: '6.1',
    routing: 'native',
    registry: 'crd',
    settings: {
      rotationDuration: wanted.rotationDuration ?? 5 * minute,
      keyWatcher: true,
      families,
    },
    secret: wanted.secret ?? secretText(3),
    nodes: nodes.map((plan) => ({
      ...plan,
      present: wanted.absent?.includes(plan.name) !== true,
    })),
    podsPerNode: 1,
  };
}
