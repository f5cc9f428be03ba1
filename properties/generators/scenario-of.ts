import { minute, type Microseconds, second } from '../../model/time.ts';
import {
  type ClusterPlan,
  type DelayOverride,
  type Delay,
  type Fault,
  type FaultPlan,
  noLesson,
  type NodeSelector,
  nothingExpected,
  planNodes,
  type Scenario,
  type Step,
} from '../../sim/index.ts';
import { propagationBound } from '../invariants/propagation-bound.ts';
import type { BadSecret, Case, CaseFault } from './case.ts';

const all: NodeSelector = { kind: 'all' };
const names = ['east', 'west'] as const;
const rotatesAt: Microseconds = minute;
const lasts: Microseconds = 20 * minute;

const constant = (value: Microseconds): Delay => ({ kind: 'constant', value });

/** The scenario of a case; the agents are mutants where one is named. */
export function scenarioOf(made: Case, agent?: string): Scenario {
  const draft = draftOf(made, agent);
  const rotationDuration = durationOf(made, propagationBound(draft));
  const clusters = draft.clusters.map((cluster) => ({
    ...cluster,
    settings: { ...cluster.settings, rotationDuration },
  }));
  const between = propagationBound(draft) + rotationDuration + 3 * minute;
  const procedure = procedureOf(made, between);
  return { ...draft, clusters, procedure };
}

/** All but what depends on the bound. */
function draftOf(made: Case, agent: string | undefined): Scenario {
  const { delays } = made;
  return {
    title: 'A generated case',
    lesson: noLesson,
    seed: String(made.seed),
    clusters: Array.from({ length: made.clusters }, (_, index) => clusterOf(made, index, agent)),
    delays: {
      ...delays,
      load: constant(100_000),
      install: constant(delays.install),
      publish: constant(delays.publish),
      mesh: constant(delays.mesh),
      latency: constant(delays.latency),
      reclaimInterval: minute,
    },
    delayOverrides: lateNode(made),
    traffic: [
      {
        from: all,
        to: all,
        every: probeInterval(made),
        families: made.dualStack ? [4, 6] : [4],
        startsAt: 0,
        stopsAt: undefined,
      },
    ],
    procedure: [],
    faults: possibleFaults(made).map((fault) => faultOf(made, fault)),
    limits: { events: 1_000_000, time: 24 * 60 * minute },
    expect: nothingExpected,
    remedy: undefined,
  };
}

/** The more pairs, the fewer probes of each: what happens between two is seen in the states themselves. */
function probeInterval({ nodes, clusters, dualStack }: Case): Microseconds {
  const members = clusters === 2 ? nodes + 2 : nodes;
  return (members * (dualStack ? 8 : 5) + 5) * second;
}

function clusterOf(made: Case, index: number, agent: string | undefined): ClusterPlan {
  const families = made.dualStack ? ([4, 6] as const) : ([4] as const);
  const count = index === 0 ? made.nodes + spares(made) : 2;
  const planned = planNodes({
    firstNumber: (index + 1) * 256 + 1,
    count,
    families,
    namePrefix: 'n',
  });
  return {
    name: names[index] as string,
    id: index + 1,
    release: made.release,
    agent,
    kernel: '6.1',
    routing: made.routing,
    registry: made.registry,
    settings: { rotationDuration: 0, keyWatcher: true, families },
    secret: secretText(made.keyId),
    nodes: planned.map((node, place) => ({ ...node, present: index > 0 || place < made.nodes })),
    podsPerNode: 1,
  };
}

/** Nodes that are there for faults to have them join. */
function spares({ faults }: Case): number {
  return faults.some(({ kind }) => kind === 'join' || kind === 'replace') ? 1 : 0;
}

function secretText(keyId: number): string {
  return `${keyId}+ rfc4106(gcm(aes)) 00112233445566778899aabbccddeeff01020304 128`;
}

function lateNode({ lateNode: late, nodes }: Case): readonly DelayOverride[] {
  if (late === undefined) return [];
  const value = constant(late.secretSync);
  return [{ delay: 'secretSync', value, at: nodeAt(late.node % nodes), from: all }];
}

function nodeAt(index: number): NodeSelector {
  return { kind: 'node', cluster: 'east', node: `n${index + 1}` };
}

function durationOf({ side }: Case, bound: Microseconds): Microseconds {
  switch (side.kind) {
    case 'above':
      return bound + side.by;
    case 'justBelow':
      return Math.max(0, bound - 1 - side.by);
    case 'farBelow':
      return Math.floor((bound * side.perMille) / 1000);
  }
}

function procedureOf(made: Case, between: Microseconds): readonly Step[] {
  const clusters = names.slice(0, made.clusters);
  const steps: Step[] = [{ kind: 'wait', duration: rotatesAt }];
  if (made.badSecret !== undefined) {
    for (const cluster of clusters)
      steps.push({ kind: 'writeSecret', cluster, text: badText(made) });
    return [...steps, { kind: 'wait', duration: lasts - rotatesAt }];
  }
  for (let rotation = 0; rotation < made.rotations; rotation += 1) {
    steps.push({ kind: 'rotate', clusters });
    if (rotation + 1 < made.rotations) steps.push({ kind: 'wait', duration: between });
  }
  return [...steps, { kind: 'wait', duration: lasts - rotatesAt }];
}

/** v1.16 takes new bytes under the same key ID, so that they are no bad input to it. */
function badText({ badSecret, keyId, release }: Case): string {
  const bad: BadSecret | undefined =
    release === 'cilium-1.16' && badSecret === 'sameKeyId' ? 'keyIdZero' : badSecret;
  const next = (keyId % 15) + 1;
  const proper = 'rfc4106(gcm(aes)) 44434241403938373635343332313029282726ff 128';
  switch (bad) {
    case 'keyIdZero':
    case undefined:
      return `0+ ${proper}`;
    case 'keyIdSixteen':
      return `16+ ${proper}`;
    case 'badHex':
      return `${next}+ rfc4106(gcm(aes)) zz 128`;
    case 'badAlgorithm':
      return `${next}+ gcm ${proper.slice(18)}`;
    case 'sameKeyId':
      return `${keyId}+ ${proper}`;
  }
}

/** A node joins, leaves or is replaced at most once in a case: it cannot do so twice. */
function possibleFaults({ faults }: Case): readonly CaseFault[] {
  const changesMembers = ({ kind }: CaseFault): boolean =>
    kind === 'join' || kind === 'leave' || kind === 'replace';
  const first = faults.find(changesMembers);
  return faults.filter((fault) => fault === first || !changesMembers(fault));
}

function faultOf(made: Case, { kind, node, at: after, duration }: CaseFault): FaultPlan {
  const nodes = nodeAt(node % made.nodes);
  const at = rotatesAt / 2 + after;
  return { at, fault: faultAt(made, { kind, nodes, duration }) };
}

function faultAt(
  made: Case,
  {
    kind,
    nodes,
    duration,
  }: Pick<CaseFault, 'kind' | 'duration'> & { readonly nodes: NodeSelector },
): Fault {
  switch (kind) {
    case 'pauseAgent':
      return { kind, nodes, duration };
    case 'slowNode':
      return { kind, nodes, factor: 3, duration };
    case 'cutSecret':
      return { kind: 'partition', link: { kind: 'secret', nodes }, duration };
    case 'cutWatch':
      return { kind: 'partition', link: { kind: 'watch', nodes }, duration };
    case 'cutPublish':
      return { kind: 'partition', link: { kind: 'publish', nodes }, duration };
    case 'slowWatch':
      return { kind: 'delayLink', link: { kind: 'watch', nodes }, extra: 5 * second, duration };
    case 'cutNetwork':
      return { kind: 'partition', link: { kind: 'network', from: nodes, to: all }, duration };
    case 'restartAgent':
    case 'crashAgent':
    case 'reboot':
      return { kind, nodes, downtime: duration };
    case 'leave':
      return { kind, nodes };
    case 'join':
      return { kind, nodes: nodeAt(made.nodes) };
    case 'replace':
      return { kind, nodes, by: `n${made.nodes + 1}` };
    case 'deletePods':
      return { kind, nodes, duration, routeRacePerMille: 500 };
    case 'memoryPressure':
      return { kind, nodes, duration, dropPerMille: 300 };
    case 'failOperation':
      return { kind, nodes, operation: 'xfrmStateAdd', errno: 'ENOMEM', times: 2 };
  }
}
