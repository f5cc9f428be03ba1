import type { StateOf } from '../model/chart.ts';
import { rotationChart } from '../model/cluster/index.ts';
import type { Secrets } from './secrets.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** One cluster's rotation, seen from outside: it only looks. */
export class RotationWatch {
  readonly #world: World;
  readonly #secrets: Secrets;
  readonly #cluster: number;
  #state: StateOf<typeof rotationChart> = rotationChart.initial;

  constructor(world: World, secrets: Secrets, cluster: number) {
    this.#world = world;
    this.#secrets = secrets;
    this.#cluster = cluster;
  }

  get isSettled(): boolean {
    return this.#state === 'settled';
  }

  secretWritten(): void {
    this.#step('SECRET_WRITTEN');
  }

  /** Looks again, after an agent loaded a key or removed states. */
  check(): void {
    if (this.#state === 'settled' || this.#world.isSettling) return;
    const running = this.#world.nodesOf(this.#cluster).filter((node) => node.isRunning);
    if (!running.every((node) => this.#hasNewestKey(node))) return;
    if (this.#state === 'spreading') this.#step('EVERY_NODE_LOADED');
    if (running.some((node) => node.holdsOldStates)) return;
    this.#step('EVERY_OLD_KEY_RECLAIMED');
  }

  #hasNewestKey(node: SimNode): boolean {
    return node.loadedKeyId === this.#secrets.newestKeyId(node);
  }

  #step(event: Parameters<typeof rotationChart.step>[1]): void {
    this.#state = rotationChart.step(this.#state, event).next;
    const { trace, now } = this.#world;
    trace.record('rotationChanged', now, this.#cluster, trace.text(this.#state));
  }
}
