import { assert } from '../model/assert.ts';
import { type ActionOf, type EventOf } from '../model/chart.ts';
import { nodeChart } from '../model/cluster/index.ts';
import { agentProfiles, type NodeRecord } from '../model/agent/index.ts';
import type { CiliumRelease } from '../model/release.ts';
import { minute, type Microseconds } from '../model/time.ts';
import { type AgentFactory, AgentRunner } from './agent-runner.ts';
import type { Propagation } from './propagation.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** What nodes go through: joining, booting, rebooting, leaving, and their agents' restarts. */
export class NodeLife {
  readonly #world: World;
  readonly #propagation: Propagation;
  readonly #agents: AgentFactory;

  constructor(world: World, propagation: Propagation, agents: AgentFactory) {
    this.#world = world;
    this.#propagation = propagation;
    this.#agents = agents;
  }

  /**
   * A node that has been there for long: its agent is up, knows all others and is known to them.
   * `reclaimPhase`: when its reclaimer ticks next.
   */
  settle(node: SimNode, reclaimPhase: Microseconds): void {
    node.agent = this.#agentOf(node);
    node.state = nodeChart.step(nodeChart.step(nodeChart.initial, 'JOIN').next, 'BOOTED').next;
    node.agent.start(reclaimPhase, []);
  }

  /** The boot ID of a node's present boot: the inventory's for the first, else drawn. */
  drawBootId(node: SimNode): void {
    node.boots += 1;
    const given = node.boots === 1 ? node.plan.bootId : undefined;
    node.bootId = given ?? this.#drawnBootId(node);
  }

  join(node: SimNode): void {
    node.agent ??= this.#agentOf(node);
    this.#step(node, 'JOIN');
    this.#boot(node);
  }

  leave(node: SimNode): void {
    this.#step(node, 'LEAVE');
  }

  reboot(node: SimNode, downtime: Microseconds): void {
    if (!node.isRunning) return;
    this.#step(node, 'REBOOT');
    const powerOn = (): void => {
      if (node.state !== 'down') return; // it left meanwhile
      this.#step(node, 'POWER_ON');
      this.#boot(node);
    };
    this.#world.queue.schedule(this.#world.now + downtime, { run: powerOn });
  }

  /** The node leaves, if it is still there, and `by` joins with its addresses. */
  replace(node: SimNode, by: SimNode): void {
    assert(!by.isMember, `${by.name} is there already`);
    if (node.isMember) this.leave(node);
    const { internalIp, ciliumInternalIp, podCidr } = node.plan;
    by.plan = { ...by.plan, internalIp, ciliumInternalIp, podCidr };
    this.#world.learnAddresses();
    this.join(by);
  }

  /**
   * The agent's process ends and starts again. A clean stop writes the checkpoint file; a crash
   * leaves the last one, without the nodes that were first seen in the last minute (cilium:
   * pkg/node/manager/manager.go: the file is written at most once a minute).
   */
  restartAgent(node: SimNode, downtime: Microseconds, stop: 'clean' | 'crash'): void {
    if (!node.isRunning || node.agent === undefined) return;
    const { now } = this.#world;
    const { nodeRecords, secrets } = this.#propagation;
    const written = stop === 'clean' ? now + 1 : now - checkpointInterval;
    const checkpoint = nodeRecords.checkpointOf(node, written);
    node.agent.stop();
    secrets.unmount(node);
    node.agentDownUntil = Math.max(node.agentDownUntil, now + downtime);
    const start = (): void => {
      if (!node.isRunning || node.agent?.isRunning === true) return;
      if (this.#world.now < node.agentDownUntil) return; // another restart takes longer
      secrets.mount(node); // a new pod has a volume of its own
      this.#startAgent(node, checkpoint);
    };
    this.#world.queue.schedule(this.#world.now + downtime, { run: start });
  }

  /** The node's agent comes back on another release. */
  upgrade(node: SimNode, release: CiliumRelease, downtime: Microseconds): void {
    node.profile = agentProfiles[release];
    this.restartAgent(node, downtime, 'clean');
  }

  #agentOf(node: SimNode): AgentRunner {
    return new AgentRunner(this.#world, this.#propagation, node, this.#agents);
  }

  #startAgent(node: SimNode, checkpoint: readonly NodeRecord[]): void {
    node.agent?.start(this.#world.scenario.delays.reclaimInterval, checkpoint);
  }

  #boot(node: SimNode): void {
    this.#step(node, 'BOOTED');
  }

  #step(node: SimNode, event: EventOf<typeof nodeChart>): void {
    const { next, actions } = nodeChart.step(node.state, event);
    node.state = next;
    const { trace, now } = this.#world;
    trace.record('nodeChanged', now, node.index, trace.text(next));
    for (const action of actions) this.#carryOut(action, node);
  }

  #carryOut(action: ActionOf<typeof nodeChart>, node: SimNode): void {
    const { secrets } = this.#propagation;
    switch (action) {
      case 'drawBootId':
        this.drawBootId(node);
        break;
      case 'mountVolume':
        secrets.mount(node);
        break;
      case 'unmountVolume':
        secrets.unmount(node);
        break;
      case 'startAgent':
        node.agentDownUntil = 0; // whatever held the agent down went with the boot before
        this.#startAgent(node, noCheckpoint); // /run is a tmpfs: no checkpoint outlives a boot
        break;
      case 'stopAgent':
      case 'killAgent':
        node.agent?.stop();
        break;
      case 'loseKernelState':
        node.loseKernelState();
        this.#world.countKeys(node);
        break;
      case 'withdrawRecord':
        this.#propagation.withdraw(node);
        break;
    }
  }

  /** A version 4 UUID, as the kernel prints it. */
  #drawnBootId(node: SimNode): string {
    const hex = this.#world.streams.once(`bootId/${node.name}/${node.boots}`).hex(16);
    const groups = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
    const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3);
    return [...groups, `${variant}${hex.slice(17, 20)}`, hex.slice(20)].join('-');
  }
}

/** cilium: pkg/node/manager/manager.go, the trigger that writes the checkpoint file. */
const checkpointInterval: Microseconds = minute;
const noCheckpoint: readonly NodeRecord[] = [];
