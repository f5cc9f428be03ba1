import { defined, unreachable } from '../model/assert.ts';
import { rotatedSecret } from '../model/secret/index.ts';
import { second, type Microseconds } from '../model/time.ts';
import { holds } from './conditions.ts';
import type { Due } from './event-heap.ts';
import { inject } from './faults.ts';
import type { Step } from './scenario.ts';
import { commonFamilies } from './families.ts';
import { selects } from './selector.ts';
import type { Simulation } from './simulation.ts';
import { Traffic } from './traffic.ts';
import type { World } from './world.ts';

/** How often a waiting operator looks again. */
const lookInterval: Microseconds = second;
/** Octets of a new key: the documented procedure's `dd count=20`. */
const newKeyLength = 20;

/** The operator: takes one step after the other; each starts when the one before is done. */
export class Procedure implements Due {
  readonly #simulation: Simulation;
  readonly #world: World;
  readonly #steps: readonly Step[];
  #next = 0;
  #waitingSince: Microseconds = 0;
  /** The step was taken, and the time it takes has passed. */
  #waited = false;
  #rotations = 0;

  constructor(simulation: Simulation, steps: readonly Step[]) {
    this.#simulation = simulation;
    this.#world = simulation.world;
    this.#steps = steps;
  }

  get isDone(): boolean {
    return this.#next >= this.#steps.length;
  }

  start(): void {
    this.#world.queue.schedule(this.#world.now, this);
  }

  run(now: Microseconds): void {
    for (;;) {
      const step = this.#steps[this.#next];
      if (step === undefined || this.#world.inconclusive !== undefined) return;
      const wait = this.#waited ? 0 : this.#take(step, now);
      if (wait === 'again' || wait > 0) {
        this.#waited = wait !== 'again';
        this.#world.queue.schedule(now + (wait === 'again' ? lookInterval : wait), this);
        return;
      }
      this.#world.trace.record('stepDone', now, this.#next + 1);
      this.#waited = false;
      this.#next += 1;
      this.#waitingSince = now;
    }
  }

  /** Takes a step: how long until it is done, or `again` where its condition does not hold yet. */
  #take(step: Step, now: Microseconds): Microseconds | 'again' {
    switch (step.kind) {
      case 'wait':
        return step.duration;
      case 'waitUntil':
        return this.#look(step, now);
      case 'upgrade':
        return this.#upgrade(step);
      case 'act':
        inject(this.#simulation, step.fault);
        return 0;
      case 'probe':
        probe(this.#world, step);
        return step.duration;
      default:
        this.#change(step);
        return 0;
    }
  }

  #look(step: Extract<Step, { kind: 'waitUntil' }>, now: Microseconds): 0 | 'again' {
    if (holds(this.#simulation, step.condition)) return 0;
    if (now - this.#waitingSince >= step.timeout) {
      this.#world.inconclusive = `step ${this.#next + 1} waited in vain: ${step.condition.kind}`;
    }
    return 'again';
  }

  #change(step: Exclude<Step, { kind: 'wait' | 'waitUntil' | 'upgrade' | 'act' | 'probe' }>): void {
    const world = this.#world;
    const { secrets } = this.#simulation.propagation;
    switch (step.kind) {
      case 'rotate':
        return this.#rotate(step.clusters);
      case 'writeSecret':
        return secrets.write(world.clusterIndex(step.cluster), step.text);
      case 'copySecret':
        return secrets.write(
          world.clusterIndex(step.to),
          secrets.textOf(world.clusterIndex(step.from)),
        );
      case 'deleteSecret':
        return secrets.delete(world.clusterIndex(step.cluster));
      case 'configure':
        for (const node of world.nodesOf(world.clusterIndex(step.cluster))) {
          node.settings = { ...node.settings, ...step.settings };
        }
        return;
      default:
        return unreachable(step);
    }
  }

  /** The documented shell procedure, with a key that the seed decides; clusters of a mesh share it. */
  #rotate(clusters: readonly string[]): void {
    const world = this.#world;
    const { secrets } = this.#simulation.propagation;
    this.#rotations += 1;
    const first = defined(clusters[0], 'cluster to rotate');
    const keyHex = world.streams.once(`rotate/${this.#rotations}`).hex(newKeyLength);
    const rotated = rotatedSecret(secrets.textOf(world.clusterIndex(first)), keyHex);
    if (!rotated.ok) {
      world.inconclusive = `the documented procedure fails: ${rotated.error.message}`;
      return;
    }
    for (const cluster of clusters) secrets.write(world.clusterIndex(cluster), rotated.value);
  }

  /** One agent after another; done when the last one has been started. */
  #upgrade(step: Extract<Step, { kind: 'upgrade' }>): Microseconds {
    const world = this.#world;
    const nodes = world.nodes.filter((node) => selects(step.nodes, node) && node.isMember);
    for (const [index, node] of nodes.entries()) {
      const upgrade = (): void => {
        this.#simulation.life.upgrade(node, step.release, step.downtime);
      };
      world.queue.schedule(world.now + index * step.interval, { run: upgrade });
    }
    return Math.max(0, nodes.length - 1) * step.interval + step.downtime;
  }
}

function probe(world: World, { every, duration }: Extract<Step, { kind: 'probe' }>): void {
  const { now, scenario } = world;
  const families = commonFamilies(scenario.clusters);
  const all = { kind: 'all' } as const;
  const plan = { from: all, to: all, every, families, startsAt: now, stopsAt: now + duration };
  new Traffic(world, plan).start();
}
