import type { KeyRing } from '../model/secret/index.ts';
import type { Microseconds } from '../model/time.ts';
import { Xfrm } from '../model/xfrm/index.ts';
import { type AgentFactory, namedAgent } from './agent-runner.ts';
import { EventQueue } from './event-queue.ts';
import { inject } from './faults.ts';
import { Look } from './look.ts';
import { Procedure } from './procedure.ts';
import type { NodeOutcome, Run, RunEnd } from './run.ts';
import type { Scenario } from './scenario.ts';
import type { KernelFactory, SimNode } from './sim-node.ts';
import { Tally } from './tally.ts';
import { Trace, type TraceNames } from './trace.ts';
import { makeSimulation, type Simulation } from './simulation.ts';
import { World } from './world.ts';

export interface SimulateOptions {
  /** Makes the agents; Cilium's own where not given. */
  readonly agents?: AgentFactory;
  /** Makes the XFRM of the nodes' kernels; the plain model where not given. */
  readonly kernels?: KernelFactory;
  /** Makes the clock and the queue of what is to happen; keyturn's own where not given. */
  readonly queue?: () => EventQueue;
  /** Gets the ring that knows the bytes of all keys of the run, before its first event. */
  readonly keys?: (ring: KeyRing) => void;
  /** Gets to see the nodes when all events up to an instant have run; nothing runs after that. */
  readonly until?: {
    readonly at: Microseconds;
    readonly look: (nodes: readonly SimNode[]) => void;
  };
  /**
   * Gets to see the trace before the first event, to observe what it wants to, and may look at the
   * nodes whenever it is told of an event.
   */
  readonly observe?: (trace: Trace, look: Look) => void;
}

/** Carries out a scenario. Everything follows from the scenario, its seed included, and nothing else. */
export function simulate(scenario: Scenario, options: SimulateOptions = {}): Run {
  const trace = new Trace(namesOf(scenario));
  const tally = new Tally(trace);
  const look = new Look();
  options.observe?.(trace, look);
  const world = new World(scenario, trace, {
    kernels: options.kernels ?? plainKernel,
    queue: options.queue?.() ?? new EventQueue(),
  });
  look.open(world);
  options.keys?.(world.keyRing);
  const simulation = makeSimulation(world, options.agents ?? namedAgent);
  settle(simulation);
  const end = play(simulation, options.until?.at ?? Number.POSITIVE_INFINITY);
  options.until?.look(world.nodes);
  return {
    scenario,
    digest: trace.digest(),
    end,
    events: world.queue.processed,
    packets: {
      sent: tally.delivered + tally.lost + world.packetsInFlight,
      delivered: tally.delivered,
      inFlight: world.packetsInFlight,
    },
    nodes: outcomes(world, tally),
    losses: tally.losses(),
  };
}

const plainKernel: KernelFactory = (profile) => new Xfrm(profile);

/** The clusters and nodes of a scenario, in the order of their numbers in its trace. */
export function namesOf({ clusters }: Scenario): TraceNames {
  return {
    clusters: clusters.map(({ name }) => name),
    nodes: clusters.flatMap(({ name, nodes }) => nodes.map((node) => `${name}/${node.name}`)),
  };
}

/** Brings the nodes that are there from the start to where nothing has happened for long. */
function settle({ world, propagation, life }: Simulation): void {
  const present = world.nodes.filter((node) => node.plan.present);
  const { reclaimInterval } = world.scenario.delays;
  for (const node of present) {
    life.drawBootId(node);
    propagation.secrets.mount(node);
    propagation.settle(node, propagation.secrets.newestKeyId(node));
  }
  for (const node of present) {
    const phase = world.streams.once(`reclaimPhase/${node.name}`).integer(reclaimInterval);
    life.settle(node, phase + 1);
  }
  world.isSettling = false;
  for (const node of present) world.countKeys(node);
}

/** Runs events until the procedure is done and no packet is under way, or a limit is reached. */
function play(simulation: Simulation, until: Microseconds): RunEnd {
  const { world, traffic } = simulation;
  const { scenario, queue } = world;
  const procedure = new Procedure(simulation, scenario.procedure);
  for (const one of traffic) one.start();
  for (const { at, fault } of scenario.faults) {
    queue.schedule(at, {
      run: () => {
        inject(simulation, fault);
      },
    });
  }
  procedure.start();
  let finishedAt: Microseconds | undefined = undefined;
  while ((queue.nextTime ?? 0) <= until && queue.runNext()) {
    const reason = world.inconclusive ?? limitReached(world);
    if (reason !== undefined) return { kind: 'inconclusive', at: world.now, reason };
    if (!procedure.isDone) continue;
    if (finishedAt === undefined) for (const one of traffic) one.stop();
    finishedAt ??= world.now;
    if (world.packetsInFlight === 0) break;
  }
  return { kind: 'finished', at: finishedAt ?? world.now };
}

function limitReached(world: World): string | undefined {
  const { limits } = world.scenario;
  if (world.queue.processed >= limits.events) return `the limit of ${limits.events} events`;
  if (world.now >= limits.time) return 'the limit of virtual time';
  return undefined;
}

function outcomes(world: World, tally: Tally): readonly NodeOutcome[] {
  return world.nodes.map((node) => ({
    name: node.name,
    loadedKeyId: node.loadedKeyId,
    counters: node.counterTotals(),
    keysInUse: tally.keysInUse.get(node.index) ?? [],
  }));
}
