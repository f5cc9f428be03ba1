import { agentProfiles } from '../../model/agent/index.ts';
import {
  type IpsecKey,
  kernelRefusal,
  loadKeyFile,
  rotatedSecret,
  successor,
} from '../../model/secret/index.ts';
import { second, type Microseconds } from '../../model/time.ts';
import type { Condition, Scenario, Step } from '../../sim/index.ts';
import { marksEncrypted, selects } from '../../sim/index.ts';
import { Level, worstLuck } from './level.ts';
import { type MeshNode } from './mesh-nodes.ts';
import { loadDelays } from './load-delays.ts';
import { atOnce, later, type Span } from './span.ts';

/** A new key written to the secret of one cluster. */
export interface KeyWrite {
  /** The place of the step in the procedure, from 0. */
  readonly step: number;
  readonly cluster: number;
  /** Since the first write of the same key. */
  readonly at: Span;
  /** Since the first write of the key before it; undefined for the first key. */
  readonly sincePrevious: Span | undefined;
}

/** One new key, and how it gets to the clusters and, where nothing watches the file, to the agents. */
export interface KeyRotation {
  readonly writes: readonly KeyWrite[];
  /**
   * By node of the mesh: since the first write, when the agent starts again and so reads the key.
   * Only of those whose agents do not watch the file.
   */
  readonly restarts: ReadonlyMap<number, Span>;
}

/** What a plan makes of a procedure. */
export interface FollowedProcedure {
  readonly rotations: readonly KeyRotation[];
  /** By cluster: the setting once all agents have it. */
  readonly rotationDurations: readonly Microseconds[];
  readonly keyWatchers: readonly boolean[];
  /** What happens besides, which no closed form covers. */
  readonly unfollowed: readonly string[];
}

interface OpenRotation {
  readonly writes: KeyWrite[];
  readonly restarts: Map<number, Span>;
  since: Span;
}

/** Follows the writes of keys through a procedure, whose waits for conditions take a span. */
export function followProcedure(scenario: Scenario, nodes: readonly MeshNode[]): FollowedProcedure {
  const follower = new Follower(scenario, nodes);
  for (const [index, step] of scenario.procedure.entries()) follower.take(step, index);
  for (const { fault } of scenario.faults) follower.unfollowed.add(`the fault ${fault.kind}`);
  for (const cluster of scenario.clusters) {
    const { name, agent, settings, release } = cluster;
    if (agent !== undefined) follower.unfollowed.add(`the agent ${agent} of ${name}`);
    if (!marksEncrypted(cluster, settings, agentProfiles[release])) {
      follower.unfollowed.add(`the encrypt-interface of ${name}, to which no packets come`);
    }
  }
  if (nodes.length < scenario.clusters.reduce((sum, plan) => sum + plan.nodes.length, 0)) {
    follower.unfollowed.add('nodes that are absent at the start');
  }
  return {
    rotations: follower.rotations,
    rotationDurations: follower.rotationDurations,
    keyWatchers: follower.keyWatchers,
    unfollowed: [...follower.unfollowed],
  };
}

/** How often a waiting operator looks again: see sim/procedure.ts. */
const lookInterval: Microseconds = second;

class Follower {
  readonly rotations: OpenRotation[] = [];
  readonly unfollowed = new Set<string>();
  readonly rotationDurations: Microseconds[];
  readonly keyWatchers: boolean[];
  readonly #scenario: Scenario;
  readonly #nodes: readonly MeshNode[];
  readonly #level = new Level(worstLuck);
  /** By cluster: the number of the newest key, and 0 for the one before the run. */
  readonly #newest: number[];
  readonly #pending: Map<number, Partial<Scenario['clusters'][number]['settings']>> = new Map();
  readonly #texts: string[];
  /** By cluster: what its agents have loaded, once they have the newest key. */
  readonly #keys: (IpsecKey | undefined)[];

  constructor(scenario: Scenario, nodes: readonly MeshNode[]) {
    this.#scenario = scenario;
    this.#nodes = nodes;
    this.#newest = scenario.clusters.map(() => 0);
    this.#texts = scenario.clusters.map(() => '');
    this.#keys = scenario.clusters.map(() => undefined);
    this.rotationDurations = scenario.clusters.map(({ settings }) => settings.rotationDuration);
    this.keyWatchers = scenario.clusters.map(({ settings }) => settings.keyWatcher);
    for (const [cluster, { secret }] of scenario.clusters.entries()) this.#load(cluster, secret);
  }

  take(step: Step, index: number): void {
    switch (step.kind) {
      case 'wait':
        this.#pass({ earliest: step.duration, latest: step.duration });
        break;
      case 'waitUntil':
        this.#pass(this.#until(step.condition, step.timeout));
        break;
      case 'rotate':
        this.#rotate(
          step.clusters.map((name) => this.#cluster(name)),
          index,
        );
        break;
      case 'writeSecret':
        this.#writeText(this.#cluster(step.cluster), step.text, index);
        break;
      case 'copySecret':
        this.#copy(this.#cluster(step.from), this.#cluster(step.to), index);
        break;
      case 'deleteSecret':
        this.unfollowed.add('the step deleteSecret');
        break;
      case 'configure':
        this.#pending.set(this.#cluster(step.cluster), step.settings);
        break;
      case 'upgrade':
        this.#upgrade(step);
        break;
      case 'act':
        this.#act(step.fault);
    }
  }

  #cluster(name: string): number {
    return this.#scenario.clusters.findIndex((plan) => plan.name === name);
  }

  #pass(by: Span): void {
    for (const rotation of this.rotations) rotation.since = later(rotation.since, by);
  }

  #rotate(clusters: readonly number[], step: number): void {
    const key = String(this.rotations.length + 1).padStart(40, '0');
    const rotated = rotatedSecret(this.#texts[clusters[0] ?? 0] ?? '', key);
    if (rotated.ok) return this.#writeNew(clusters, rotated.value, step);
    this.unfollowed.add(`a rotation that fails (${rotated.error.message})`);
    this.rotations.push({ writes: [], restarts: new Map(), since: atOnce });
  }

  #writeNew(clusters: readonly number[], text: string, step: number): void {
    const before = this.rotations.at(-1);
    if (before !== undefined && clusters.length > 0) {
      // A new key from a secret that has not got the newest one would repeat its key ID.
      const behind = clusters.some((cluster) => this.#newest[cluster] !== this.rotations.length);
      if (behind) this.unfollowed.add('a rotation of a cluster that lacks the newest key');
    }
    this.rotations.push({ writes: [], restarts: new Map(), since: atOnce });
    for (const cluster of clusters) this.#write(cluster, this.rotations.length, text, step);
  }

  #write(cluster: number, key: number, text: string, step: number): void {
    this.#load(cluster, text);
    const rotation = this.rotations[key - 1];
    if (rotation === undefined) return;
    this.#newest[cluster] = key;
    const sincePrevious = this.rotations[key - 2]?.since;
    rotation.writes.push({ step, cluster, at: rotation.since, sincePrevious });
  }

  #writeText(cluster: number, text: string, step: number): void {
    if (text === this.#texts[cluster]) return;
    const known = this.#texts.indexOf(text);
    const key = known < 0 ? undefined : this.#newest[known];
    if (key === undefined) this.#writeNew([cluster], text, step);
    else this.#write(cluster, key, text, step);
  }

  #copy(from: number, to: number, step: number): void {
    const key = this.#newest[from] ?? 0;
    if (key !== this.#newest[to]) this.#write(to, key, this.#texts[from] ?? '', step);
  }

  /** The closed form is of agents that take one key after another, with key IDs that follow. */
  #load(cluster: number, text: string): void {
    const { name = '', release = 'cilium-1.19' } = this.#scenario.clusters[cluster] ?? {};
    const before = this.#keys[cluster];
    const loaded = this.keyWatchers[cluster] === true ? before : undefined;
    const { applied, error } = loadKeyFile(text, { rules: agentProfiles[release].secret, loaded });
    const key = applied.at(-1);
    const refusal = key && kernelRefusal(key.algorithm);
    if (error !== undefined) {
      this.unfollowed.add(`a key that the agents of ${name} refuse (${error.message})`);
    } else if (key === undefined) {
      this.unfollowed.add(`a secret of ${name} without a key`);
    } else if (refusal !== undefined) {
      const what = `${refusal}: its algorithm or its length`;
      this.unfollowed.add(`a key of ${name} that the kernel refuses (${what})`);
    } else if (before !== undefined && key.keyId !== successor(before.keyId)) {
      this.unfollowed.add(`key ID ${key.keyId} of ${name}, which does not follow ${before.keyId}`);
    }
    this.#texts[cluster] = text;
    this.#keys[cluster] = key;
  }

  /** Agents that start again have the settings of the last `configure`, and read the key file. */
  #upgrade(step: Extract<Step, { kind: 'upgrade' }>): void {
    const chosen = this.#nodes.flatMap((node, index) =>
      selects(step.nodes, node) ? [{ node, index }] : [],
    );
    for (const [place, { node, index }] of chosen.entries()) {
      const after = place * step.interval + step.downtime;
      this.#restart(node, index, { earliest: after, latest: after });
      const { release, name } = this.#scenario.clusters[node.cluster] ?? {};
      if (release !== step.release) this.unfollowed.add(`the upgrade of ${name ?? ''}`);
    }
    const lasting = Math.max(0, chosen.length - 1) * step.interval + step.downtime;
    this.#pass({ earliest: lasting, latest: lasting });
  }

  #act(fault: Extract<Step, { kind: 'act' }>['fault']): void {
    if (fault.kind !== 'restartAgent') {
      this.unfollowed.add(`the step ${fault.kind}`);
      return;
    }
    for (const [index, node] of this.#nodes.entries()) {
      if (!selects(fault.nodes, node)) continue;
      this.#restart(node, index, { earliest: fault.downtime, latest: fault.downtime });
    }
  }

  #restart({ cluster }: MeshNode, index: number, after: Span): void {
    const settings = this.#pending.get(cluster);
    if (settings?.rotationDuration !== undefined) {
      this.rotationDurations[cluster] = settings.rotationDuration;
    }
    if (settings?.keyWatcher !== undefined) this.keyWatchers[cluster] = settings.keyWatcher;
    if (settings?.families !== undefined) this.unfollowed.add('the change of the IP families');
    const key = this.#newest[cluster] ?? 0;
    const rotation = this.rotations[key - 1];
    if (rotation === undefined || rotation.restarts.has(index)) return;
    rotation.restarts.set(index, later(rotation.since, after));
  }

  /** How long an operator waits for a condition, from now. */
  #until(condition: Condition, timeout: Microseconds): Span {
    const rotation = this.rotations.at(-1);
    if (rotation === undefined) return atOnce; // it holds before anything rotates
    if (condition.kind === 'keysInUse') {
      this.unfollowed.add('the wait for a number of keys in use');
      return { earliest: 0, latest: timeout };
    }
    const loaded = this.#latestLoad(rotation, condition);
    const due = condition.kind === 'keyLoaded' ? loaded : loaded + this.#latestReclaim(condition);
    const latest = Math.max(0, due + lookInterval - rotation.since.earliest);
    return { earliest: 0, latest: Math.min(latest, timeout) };
  }

  /** Since the first write: when the last of the nodes has loaded the newest key. */
  #latestLoad(rotation: OpenRotation, { nodes }: Condition): Microseconds {
    const delays = loadDelays(this.#scenario);
    let latest = 0;
    for (const [index, node] of this.#nodes.entries()) {
      if (!selects(nodes, node)) continue;
      const write = rotation.writes.find(({ cluster }) => cluster === node.cluster);
      const { secretSync, load } = delays(node);
      const byFile = this.#level.late(secretSync) + this.#level.late(load);
      const restart = rotation.restarts.get(index)?.latest;
      latest = Math.max(latest, restart ?? (write?.at.latest ?? 0) + byFile);
    }
    return latest;
  }

  /** From a load to the end of the reclaimer's work. */
  #latestReclaim({ nodes }: Condition): Microseconds {
    const { delays } = this.#scenario;
    const states = this.#nodes
      .filter((node) => selects(nodes, node))
      .reduce((most, node) => Math.max(most, node.states), 0);
    const kept = Math.max(...this.rotationDurations);
    return kept + delays.reclaimInterval + 2 * states * this.#level.late(delays.install);
  }
}
