import { agentProfiles, backgroundSyncInterval } from '../../model/agent/index.ts';
import { assert, defined } from '../../model/assert.ts';
import { loadedKeyId, loadKeyFile } from '../../model/secret/index.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Scenario } from '../../sim/index.ts';
import { chainOf } from '../margin/chain.ts';
import { followProcedure, type FollowedProcedure } from '../margin/key-writes.ts';
import { Level, worstLuck } from '../margin/level.ts';
import { type MeshNode, meshNodes, nameOf } from '../margin/mesh-nodes.ts';
import { nextRotation, type NextRotation } from '../margin/next-rotation.ts';
import { type Readiness, readiness } from '../margin/readiness.ts';
import {
  type SafeDuration,
  safeDuration,
  type SafeDurationQuestion,
} from '../margin/safe-duration.ts';
import { delayLimits } from './limits.ts';
import { representatives } from './representatives.ts';
import { restingLoss } from './resting-loss.ts';
import type { PlannedReadiness, PlannedStep, RotationPlan } from './rotation-plan.ts';
import { sequenceLife } from './sequence-life.ts';

export interface PlanOptions {
  /** Packets a second through the busiest tunnel, one way. */
  readonly packetsPerSecond: number;
}

/** Plans the rotations of a scenario; where its procedure has none, one of all clusters at once. */
export function planRotation(given: Scenario, options: PlanOptions): RotationPlan {
  const { scenario, all, procedure } = followRotation(given);
  const nodes = representatives(scenario, all, procedure);
  const question = questionOf(scenario, nodes, procedure);
  const worst = worstRotation(question);
  const { bindings, margin } = worst.duration;
  const ready = readiness(worst.question);
  const first = firstKeyId(scenario);
  const nexts = procedure.rotations.map((rotation, index) =>
    nextRotation({ ...question, rotation }, keyIdAfter(first, index)),
  );
  const steps = planSteps(question, nexts, first);
  const refusal = refusalOf(worst.question, ready);
  const planned = ready && plannedReadiness(worst.question, ready);
  const sizes = scenario.clusters.map(
    ({ nodes: those }) => those.filter(({ present }) => present).length,
  );
  const holds = refusal === undefined && margin >= 0 && steps.every(isInTime);
  const unfollowed = [...procedure.unfollowed, ...lossesAtRest(scenario, procedure)];
  return {
    title: scenario.title,
    nodes: all.length,
    clusters: scenario.clusters.map(({ name, release }, index) => ({
      name,
      nodes: sizes[index] ?? 0,
      release,
      rotationDuration: procedure.rotationDurations[index] ?? 0,
    })),
    verdict: !holds ? 'unsafe' : unfollowed.length > 0 ? 'inconclusive' : 'safe',
    refusal,
    needed: [500, 990, worstLuck].map((perMille) => ({
      percentile: perMille / 10,
      duration: neededOf(safeDuration({ ...worst.question, level: new Level(perMille) })),
    })),
    margin,
    bindings: bindings.map((binding) => ({
      kind: binding.kind,
      sender: nameAt(nodes, binding.sender),
      receiver: nameAt(nodes, binding.receiver),
      needed: Math.max(0, binding.needed),
      chain: chainOf(worst.question, binding),
    })),
    readiness: planned,
    steps: given === scenario ? steps : [],
    next: defined(nexts.at(-1), 'a rotation'),
    sequenceNumbers: sequenceLife(options.packetsPerSecond, hasShortNumbers(scenario)),
    backgroundSync: backgroundSyncInterval(all.length),
    limits: limitsOf(worst.question, planned?.mostInstall),
    restarts: restartsOf(worst.question, margin),
    unfollowed,
  };
}

/** The smallest safe rotation duration: none is shorter than nothing. */
export function neededOf({ bindings }: SafeDuration): Microseconds {
  return Math.max(0, bindings[0]?.needed ?? 0);
}

/** The margin, and what is needed, of the rotation of a scenario that demands the most. */
export function worstRotation(question: SafeDurationQuestion): {
  readonly question: SafeDurationQuestion;
  readonly duration: SafeDuration;
} {
  const all = question.procedure.rotations.map((rotation) => {
    const asked = { ...question, rotation };
    return { question: asked, duration: safeDuration(asked) };
  });
  const [one, ...others] = all;
  return others.reduce(
    (worst, next) => (neededOf(next.duration) > neededOf(worst.duration) ? next : worst),
    defined(one, 'a rotation'),
  );
}

export function questionOf(
  scenario: Scenario,
  nodes: readonly MeshNode[],
  procedure: FollowedProcedure,
): SafeDurationQuestion {
  const rotation = defined(procedure.rotations[0], 'a rotation');
  return { scenario, nodes, procedure, rotation, level: new Level(worstLuck) };
}

/** The scenario, or where it rotates nothing, the same with a rotation of all clusters at once. */
export function followRotation(given: Scenario): {
  readonly scenario: Scenario;
  readonly all: readonly MeshNode[];
  readonly procedure: FollowedProcedure;
} {
  const all = meshNodes(given);
  const procedure = followProcedure(given, all);
  if (procedure.rotations.length > 0) return { scenario: given, all, procedure };
  const clusters = given.clusters.map(({ name }) => name);
  const first = { kind: 'rotate', clusters } as const;
  const scenario = { ...given, procedure: [first, ...given.procedure] };
  return { scenario, all, procedure: followProcedure(scenario, all) };
}

function firstKeyId(scenario: Scenario): number {
  const plan = defined(scenario.clusters[0], 'a cluster');
  const rules = agentProfiles[plan.release].secret;
  return Math.max(1, loadedKeyId(loadKeyFile(plan.secret, { rules, loaded: undefined })));
}

function keyIdAfter(first: number, rotations: number): number {
  return ((first - 1 + rotations) % 15) + 1;
}

function planSteps(
  question: SafeDurationQuestion,
  nexts: readonly NextRotation[],
  first: number,
): readonly PlannedStep[] {
  const { scenario, procedure } = question;
  return procedure.rotations.flatMap((rotation, index) => {
    const { latitude } = safeDuration({ ...question, rotation });
    const before = nexts[index - 1];
    return rotation.writes.map(({ step, cluster, at, sincePrevious }, place): PlannedStep => {
      const slack = place === 0 ? undefined : latitude[cluster];
      const latest = slack === undefined || !Number.isFinite(slack) ? undefined : at.latest + slack;
      const earliest = before?.earliest[cluster];
      const isEarly = earliest !== undefined && (sincePrevious?.earliest ?? 0) < earliest;
      const isLate = latest !== undefined && at.latest > latest;
      return {
        step: step + 1,
        cluster: scenario.clusters[cluster]?.name ?? '',
        rotation: index + 1,
        keyId: keyIdAfter(first, index + 1),
        at,
        sincePrevious,
        earliest,
        latest,
        timing: isEarly ? 'too early' : isLate ? 'too late' : 'in time',
        condition: before && conditionFor(question, cluster, before, keyIdAfter(first, index)),
      };
    });
  });
}

function conditionFor(
  { scenario, procedure }: SafeDurationQuestion,
  cluster: number,
  { wraps }: NextRotation,
  keyId: number,
): string {
  const name = scenario.clusters[cluster]?.name ?? '';
  const how = procedure.keyWatchers[cluster] === true ? 'shows' : 'was restarted and shows';
  const where = wraps ? 'every node of all clusters' : `every node of ${name}`;
  const heard = wraps ? ', and every peer has heard of it' : '';
  return `${where} ${how} key ${keyId}${heard}`;
}

function isInTime({ timing }: PlannedStep): boolean {
  return timing === 'in time';
}

/** Where more is not followed, packets may be lost for that. */
function lossesAtRest(scenario: Scenario, { unfollowed }: FollowedProcedure): readonly string[] {
  if (unfollowed.length > 0) return [];
  const loss = restingLoss(scenario);
  if (loss === undefined) return [];
  const { sender, receiver, fate } = loss;
  return [`packets from ${sender} to ${receiver}, lost before anything rotates (${fate})`];
}

function refusalOf(
  question: SafeDurationQuestion,
  ready: Readiness | undefined,
): string | undefined {
  const refused = procedureRefusal(question);
  if (refused !== undefined || ready === undefined || ready.slack >= 0) return refused;
  const [sender, receiver] = [ready.sender, ready.receiver].map((index) =>
    nameAt(question.nodes, index),
  );
  return `${receiver} announces the key before it has installed it, and ${sender} may send with it before (up to v1.18; cilium/cilium#44335)`;
}

/** Why no duration is safe, whatever the delays and the number of nodes. */
export function procedureRefusal({
  scenario,
  nodes,
  procedure,
  rotation,
}: SafeDurationQuestion): string | undefined {
  const without = nodes.findIndex(
    ({ cluster }, index) =>
      procedure.keyWatchers[cluster] !== true && !rotation.restarts.has(index),
  );
  if (without >= 0) {
    return `${nameAt(nodes, without)} never loads the key: its agent does not watch the key file and is not restarted`;
  }
  const missing = scenario.clusters.findIndex(
    (_, cluster) => !rotation.writes.some((write) => write.cluster === cluster),
  );
  if (missing >= 0) {
    return `${scenario.clusters[missing]?.name ?? ''} never gets the key: all clusters of a mesh must have the same`;
  }
  const starter = [...rotation.restarts.keys()].find((index) =>
    sendsBeforeInstall(scenario, nodes[index]),
  );
  if (starter !== undefined) {
    return `${nameAt(nodes, starter)} starts with the new key in its encrypt map before its states are installed (up to v1.18; cilium/cilium#44701)`;
  }
  return undefined;
}

function sendsBeforeInstall(scenario: Scenario, node: MeshNode | undefined): boolean {
  if (node === undefined || node.states === 0) return false;
  const plan = scenario.clusters[node.cluster];
  return plan !== undefined && agentProfiles[plan.release].publishes === 'beforeInstall';
}

function plannedReadiness(
  { scenario, nodes }: SafeDurationQuestion,
  ready: Readiness,
): PlannedReadiness {
  const receiver = defined(nodes[ready.receiver], 'the receiver');
  const states = Math.max(1, receiver.states - 1);
  return {
    ...ready,
    sender: nameAt(nodes, ready.sender),
    receiver: nameOf(receiver),
    release: defined(scenario.clusters[receiver.cluster], 'its cluster').release,
    mostInstall: Math.floor(ready.allowed / states),
  };
}

/** How long each delay may become, in one rotation. */
function limitsOf(
  question: SafeDurationQuestion,
  mostInstall: Microseconds = Number.POSITIVE_INFINITY,
): RotationPlan['limits'] {
  const limits = delayLimits(
    question.scenario,
    (scenario) => safeDuration({ ...question, scenario, level: new Level(worstLuck) }).margin,
  );
  // The announce-before-install race may set the tighter bound.
  return limits.map((one) =>
    one.delay === 'install' && one.limit !== undefined
      ? { ...one, limit: Math.min(one.limit, mostInstall) }
      : one,
  );
}

function restartsOf(
  { rotation }: SafeDurationQuestion,
  margin: Microseconds,
): RotationPlan['restarts'] {
  if (rotation.restarts.size === 0) return undefined;
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const { earliest, latest } of rotation.restarts.values()) {
    first = Math.min(first, earliest);
    last = Math.max(last, latest);
  }
  return { spread: last - first, limit: Math.max(0, last - first + margin) };
}

/** Keys without `+` have no extended sequence numbers, up to v1.16. */
function hasShortNumbers({ clusters }: Scenario): boolean {
  return clusters.some(({ release, secret }) => {
    const load = loadKeyFile(secret, {
      rules: agentProfiles[release].secret,
      loaded: undefined,
    });
    return load.applied.some(({ perTunnel }) => !perTunnel);
  });
}

function nameAt(nodes: readonly MeshNode[], index: number): string {
  const node = nodes[index];
  assert(node !== undefined, `no node ${index}`);
  return nameOf(node);
}
