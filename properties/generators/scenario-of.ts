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
import type { BadSecret, Case, CaseFault, FaultKind } from './case.ts';

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
  const between = made.isHasty
    ? second / 2
    : propagationBound(draft) + rotationDuration + 3 * minute;
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
    faults: faultsOf(made),
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
  const joins = index === 0 ? newcomers(made) : [];
  const present = index === 0 ? made.nodes : 2;
  const planned = planNodes({
    firstNumber: (index + 1) * 256 + 1,
    count: present + joins.length,
    families,
    namePrefix: 'n',
  });
  return {
    name: names[index] as string,
    id: index + 1,
    release: made.release,
    agent: index > 0 ? (oddAgent(made) ?? agent) : agent,
    kernel: '6.1',
    routing: made.routing,
    registry: made.registry,
    settings: { rotationDuration: 0, keyWatcher: true, families },
    secret: secretText(made.keyId),
    nodes: planned.map((node, place) => ({ ...node, present: place < present })),
    podsPerNode: 1,
  };
}

/** The faults that have a node join: each has one of its own, after the first cluster's others. */
function newcomers(made: Case): readonly CaseFault[] {
  return possibleFaults(made).filter(({ kind }) => joining.includes(kind));
}

const joining: readonly FaultKind[] = ['join', 'visit', 'replace'];

function secretText(keyId: number): string {
  return `${keyId}+ rfc4106(gcm(aes)) 00112233445566778899aabbccddeeff01020304 128`;
}

function lateNode({ lateNode: late, nodes }: Case): readonly DelayOverride[] {
  if (late === undefined) return [];
  const value = constant(late.secretSync);
  return [{ delay: 'secretSync', value, at: nodeAt(late.node % nodes), from: all }];
}

/** The agent of the second cluster, if that is to publish something odd when it restarts. */
function oddAgent(made: Case): string | undefined {
  const odd = possibleFaults(made).find(({ kind }) => kind in oddAgents);
  return odd && oddAgents[odd.kind];
}

/** By the kind of fault; a cluster has one agent, so a case has one of them. */
const oddAgents: Readonly<Partial<Record<FaultKind, string>>> = {
  readdress: 'changes-router-ip-at-restart',
  shortenBootId: 'publishes-short-boot-id-at-restart',
};

type OneNode = Extract<NodeSelector, { kind: 'node' }>;

function nodeAt(index: number): OneNode {
  return nodeOf('east', index);
}

function nodeOf(cluster: (typeof names)[number], index: number): OneNode {
  return { kind: 'node', cluster, node: `n${index + 1}` };
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

/** The faults of a case that can happen, at their instants. */
function faultsOf(made: Case): readonly FaultPlan[] {
  let before: Pick<CaseFault, 'at' | 'duration'> | undefined = undefined;
  const plans: FaultPlan[] = [];
  for (const fault of possibleFaults(made)) {
    const at: Microseconds =
      fault.isMeanwhile && before !== undefined
        ? before.at + (fault.at % before.duration)
        : rotatesAt / 2 + fault.at;
    before = { at, duration: fault.duration };
    for (const { after, ...plan } of plansOf(made, fault)) plans.push({ at: at + after, ...plan });
  }
  return plans;
}

/** A node leaves or is replaced at most once, and the second cluster, if there is one, is odd in one way. */
function possibleFaults({ faults, nodes, clusters }: Case): readonly CaseFault[] {
  const gone = new Set<number>();
  const odd = faults.find(({ kind }) => kind in oddAgents)?.kind;
  return faults.filter(({ kind, node }) => {
    if (kind in oddAgents) return clusters === 2 && kind === odd;
    if (kind !== 'leave' && kind !== 'replace') return true;
    if (gone.has(node % nodes)) return false;
    gone.add(node % nodes);
    return true;
  });
}

interface Part {
  readonly after: Microseconds;
  readonly fault: Fault;
}

const atOnce = (fault: Fault): readonly Part[] => [{ after: 0, fault }];

/** What a fault of a case is made of. */
function plansOf(made: Case, fault: CaseFault): readonly Part[] {
  const { kind, duration } = fault;
  const nodes = nodeAt(fault.node % made.nodes);
  const newcomer = nodeAt(made.nodes + newcomers(made).indexOf(fault));
  switch (kind) {
    case 'join':
      return atOnce({ kind, nodes: newcomer });
    case 'visit':
      return [
        { after: 0, fault: { kind: 'join', nodes: newcomer } },
        { after: duration, fault: { kind: 'leave', nodes: newcomer } },
      ];
    case 'replace':
      return atOnce({ kind, nodes, by: newcomer.node });
    case 'readdress':
    case 'shortenBootId':
      return atOnce({ kind: 'restartAgent', nodes: nodeOf('west', 0), downtime: duration });
    case 'leave':
      return atOnce({ kind, nodes });
    default:
      return atOnce(disturbance(kind, nodes, duration));
  }
}

type Disturbance = Exclude<
  FaultKind,
  'join' | 'visit' | 'replace' | 'readdress' | 'shortenBootId' | 'leave'
>;

/** What does not change which nodes there are. */
function disturbance(kind: Disturbance, nodes: NodeSelector, duration: Microseconds): Fault {
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
    case 'deletePods':
      return { kind, nodes, duration, routeRacePerMille: 500 };
    case 'memoryPressure':
      return { kind, nodes, duration, dropPerMille: 300 };
    case 'failOperation':
      return { kind, nodes, operation: 'xfrmStateAdd', errno: 'ENOMEM', times: 2 };
  }
}
