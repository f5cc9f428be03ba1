import { type AgentMaker, makeAgent } from '../agents/index.ts';
import {
  type Agent,
  type AgentEnvironment,
  type AgentInput,
  type AgentTimer,
  type NodeRecord,
  type Operation,
  type OperationResult,
} from '../model/agent/index.ts';
import { minute, second, type Microseconds } from '../model/time.ts';
import { AgentLane, type LaneHost } from './agent-lane.ts';
import { Alarm } from './alarm.ts';
import { devicesOf, marksEncrypted } from './encrypt-interface.ts';
import type { Due } from './event-heap.ts';
import { perform } from './perform.ts';
import type { Propagation } from './propagation.ts';
import type { NodeAgent, SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** Makes the agent of a node, each time its process starts. */
export type AgentFactory = (world: World, node: SimNode) => Agent;

/** The agent that the node's cluster names, Cilium's own by default, with the node's profile and settings. */
export const namedAgent: AgentFactory = (world, node) =>
  makeAgent(node.cluster.agent, environmentOf(world, node));

/** One maker for the agents of all nodes, whatever their clusters name. */
export function agentsBy(make: AgentMaker): AgentFactory {
  return (world, node) => make(environmentOf(world, node));
}

function environmentOf(world: World, node: SimNode): AgentEnvironment {
  const ids = world.streams.stream(`agent/${node.name}/nodeId`);
  const order = world.streams.stream(`agent/${node.name}/mapOrder`);
  const { rotationDuration, keyWatcher, families } = node.settings;
  return {
    profile: node.profile,
    settings: {
      rotationDuration,
      keyWatcher,
      families,
      routing: node.cluster.routing,
      reclaimInterval: world.scenario.delays.reclaimInterval,
    },
    local: node.record(0),
    keyRing: world.keyRing,
    foreignChanges: () => node.foreignChanges,
    answerNow: (operation) => node.agent?.answerNow(operation),
    random: {
      nodeId: (limit) => ids.integer(limit),
      mapOrder: (limit) => order.integer(limit),
    },
  };
}

/** kubelet: pkg/kubelet/kubelet.go, `backOffPeriod` and `MaxContainerBackOff`. */
const firstBackOff: Microseconds = 10 * second;
const longestBackOff: Microseconds = 5 * minute;

interface Process {
  readonly main: AgentLane;
  readonly reclaimer: AgentLane;
  readonly alarms: Readonly<Record<AgentTimer, Due>>;
  /** The start was handled: from now on the key file is watched. */
  started: boolean;
  missesKeyFile: boolean;
}

/**
 * The agent's process on one node: starts it, gives it inputs and time, and ends it. Changes of
 * nodes and the key file share one thread, the lock of the node handler; the reclaimer has its own
 * (cilium: pkg/datapath/linux/node.go, ipsec/cell.go).
 */
export class AgentRunner implements NodeAgent, LaneHost {
  readonly #world: World;
  readonly #propagation: Propagation;
  readonly #node: SimNode;
  readonly #factory: AgentFactory;
  #process: Process | undefined = undefined;
  #pauses = 0;
  #backOff = firstBackOff;
  /** Counts processes, so that a restart meant for an earlier one is told apart. */
  #generation = 0;

  constructor(world: World, propagation: Propagation, node: SimNode, factory: AgentFactory) {
    this.#world = world;
    this.#propagation = propagation;
    this.#node = node;
    this.#factory = factory;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  get isPaused(): boolean {
    return this.#pauses > 0;
  }

  get missesKeyFile(): boolean {
    return this.#process?.missesKeyFile === true;
  }

  start(firstReclaimAfter: Microseconds, checkpoint: readonly NodeRecord[]): void {
    const world = this.#world;
    const node = this.#node;
    const { secrets, nodeRecords, endpointRecords } = this.#propagation;
    const agent = this.#factory(world, node);
    this.#generation += 1;
    const main = new AgentLane(agent, this);
    const reclaimer = agent.oneAtATime === true ? main : new AgentLane(agent, this);
    const process: Process = {
      main,
      reclaimer,
      alarms: {
        reclaim: new Alarm(reclaimer, 'reclaim'),
        backgroundSync: new Alarm(main, 'backgroundSync'),
      },
      started: false,
      missesKeyFile: false,
    };
    if (this.#pauses > 0) pauseAll(process);
    this.#process = process;
    if (node.datapathProfile !== node.profile) {
      const release = world.trace.text(node.profile.release);
      world.trace.record('releaseChanged', world.now, node.index, release);
    }
    node.datapathProfile = node.profile;
    world.trace.record('agentStarted', world.now, node.index, node.settings.rotationDuration);
    attachProgram(world, node);
    process.main.tell(
      {
        kind: 'start',
        start: {
          keyFile: secrets.fileOf(node),
          nodes: nodeRecords.listFor(node),
          checkpoint,
          nodeMap: node.maps.nodes,
          firstReclaimAfter,
        },
      },
      world.now,
    );
    endpointRecords.tellAll(node);
  }

  stop(): void {
    const process = this.#process;
    this.#generation += 1; // a restart that waits for its back-off is off, too
    if (process === undefined) return;
    process.main.stop();
    process.reclaimer.stop();
    this.#process = undefined;
    this.#world.trace.record('agentStopped', this.#world.now, this.#node.index);
  }

  tell(input: Exclude<AgentInput, { kind: 'timer' }>): void {
    const process = this.#process;
    if (process === undefined) return;
    if (input.kind === 'keyFile' && !process.started) {
      process.missesKeyFile = true; // nobody watches the file yet
      return;
    }
    process.main.tell(input, this.#world.now);
  }

  pause(): void {
    this.#pauses += 1;
    if (this.#process !== undefined) pauseAll(this.#process);
  }

  resume(): void {
    this.#pauses -= 1;
    if (this.#pauses > 0 || this.#process === undefined) return;
    this.#process.main.resume(this.#world.now);
    this.#process?.reclaimer.resume(this.#world.now);
  }

  perform(operation: Operation): OperationResult {
    const result = perform(this.#world, this.#node, operation);
    if (result.errno === 'ok') this.#carryOut(operation);
    return result;
  }

  costOf(operation: Operation): Microseconds {
    if (!this.#takesTime(operation)) return 0;
    return this.#node.slowness * this.#world.draw.install(this.#node);
  }

  answerNow(operation: Operation): OperationResult | undefined {
    return this.#takesTime(operation) ? undefined : this.perform(operation);
  }

  handled(input: AgentInput): void {
    if (input.kind === 'start' && this.#process !== undefined) {
      this.#process.started = true;
      this.#backOff = firstBackOff;
    }
    this.#countKeys(input);
    const isReclaim = input.kind === 'timer' && input.timer === 'reclaim';
    if (isReclaim) this.#propagation.lookAgain(this.#node);
  }

  wakeAt(at: Microseconds, lane: Due): void {
    this.#world.queue.schedule(at, lane);
  }

  #takesTime({ kind }: Operation): boolean {
    return !this.#world.isSettling && (kind === 'xfrmStateAdd' || kind === 'xfrmStateDelete');
  }

  /** What an operation asks of others than the node. */
  #carryOut(operation: Operation): void {
    switch (operation.kind) {
      case 'publish':
        return this.#publish(operation);
      case 'keyLoaded':
        return this.#keyLoaded(operation.keyId);
      case 'setTimer':
        return this.#setTimer(operation.timer, operation.after);
      case 'exit':
        return this.#exit(operation);
    }
  }

  #publish({ keyId, instead }: Extract<Operation, { kind: 'publish' }>): void {
    this.#world.trace.record('published', this.#world.now, this.#node.index, keyId);
    this.#propagation.publish(this.#node, keyId, instead);
  }

  #keyLoaded(keyId: number): void {
    this.#node.loadedKeyId = keyId;
    if (this.#process?.started === true) this.#process.missesKeyFile = false;
    this.#world.trace.record('keyLoaded', this.#world.now, this.#node.index, keyId);
    this.#propagation.lookAgain(this.#node);
  }

  /** The agent is done with an input: what it changed shows in the number of keys. */
  #countKeys(input: AgentInput): void {
    if (input.kind === 'timer' && input.timer === 'backgroundSync') return;
    if (input.kind === 'endpointUpsert' || input.kind === 'endpointDelete') return;
    if (!this.#world.isSettling) this.#world.countKeys(this.#node);
  }

  #setTimer(timer: AgentTimer, after: Microseconds): void {
    const alarm = this.#process?.alarms[timer];
    if (alarm !== undefined) this.#world.queue.schedule(this.#world.now + after, alarm);
  }

  /** The kubelet starts the container again, after a pause that doubles with each failure. */
  #exit(exit: Extract<Operation, { kind: 'exit' }>): void {
    const world = this.#world;
    this.#noteExit(exit);
    this.stop();
    const generation = this.#generation;
    const restart = (): void => {
      if (generation !== this.#generation || !this.#node.isRunning) return;
      this.#propagation.secrets.mountIfMissing(this.#node);
      this.start(world.scenario.delays.reclaimInterval, []);
    };
    world.queue.schedule(world.now + this.#backOff, { run: restart });
    this.#backOff = Math.min(2 * this.#backOff, longestBackOff);
  }

  #noteExit({ cause, message }: Extract<Operation, { kind: 'exit' }>): void {
    const { trace, now } = this.#world;
    const { index, name } = this.#node;
    trace.record('agentExited', now, index, trace.text(cause), trace.text(message));
    if (cause !== 'unmodelled') return;
    this.#world.inconclusive = `${name}: ${message}: what a real agent does then is not modelled`;
  }
}

/** Cilium's program goes to its device. */
function attachProgram(world: World, node: SimNode): void {
  const { encryptInterface: wanted } = node.settings;
  node.isDecrypting = marksEncrypted(node.cluster, node.settings, node.profile);
  if (!node.isDecrypting) world.trace.record('programMisplaced', world.now, node.index);
  if (wanted === undefined || devicesOf(node.cluster).includes(wanted)) return;
  world.log(node, {
    kind: 'log',
    level: 'warning',
    message: `Device ${wanted} does not exist`,
  });
}

function pauseAll(process: Process): void {
  process.main.pause();
  process.reclaimer.pause();
}
