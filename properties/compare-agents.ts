import type { AgentMaker } from '../agents/index.ts';
import type { Operation, Operations } from '../model/agent/index.ts';
import { hour, second, type Microseconds } from '../model/time.ts';
import { agentsBy, isBlameless, type Scenario, simulate, type Trace } from '../sim/index.ts';
import { type AgentUnderTest, onRelease } from './agent-suite.ts';
import { History } from './history.ts';

/** What an agent did in one scenario, for comparison with another one. */
export interface Measures {
  readonly scenario: string;
  readonly seed: string;
  /** Packets that met any fate that encryption is to blame for, plaintext included. */
  readonly lost: number;
  /**
   * From the last write of a key to the last change of which key any node sends with, in
   * microseconds; undefined: at the end running nodes of one cluster still send with different keys.
   */
  readonly convergence: Microseconds | undefined;
  /** The smallest `ipsec-key-rotation-duration` with which nothing is lost, in whole seconds; undefined: none. */
  readonly safeDuration: Microseconds | undefined;
  /** Netlink requests, map writes and publications of all agents. */
  readonly operations: number;
  /** Why nothing can be said of this run: the agent broke the protocol, or a limit was reached. */
  readonly fault: string | undefined;
}

/** Whether there is a rotation to compare in it. */
export function writesKey({ procedure }: Scenario): boolean {
  return procedure.some(({ kind }) => ['rotate', 'writeSecret', 'copySecret'].includes(kind));
}

/** Runs one scenario with one agent on all nodes, then again with shorter and longer durations. */
export function measure(id: string, scenario: Scenario, agent: AgentUnderTest): Measures {
  const own = onRelease(scenario, agent.release);
  const convergences: ConvergenceWatch[] = [];
  const counter = { operations: 0 };
  const run = simulate(own, {
    agents: agentsBy(counted(agent.make, counter)),
    observe: (trace) => convergences.push(new ConvergenceWatch(trace)),
  });
  const fault = agent.endRun() ?? (run.end.kind === 'inconclusive' ? run.end.reason : undefined);
  return {
    scenario: id,
    seed: scenario.seed,
    lost: run.losses.reduce((sum, { fate, count }) => sum + (isBlameless(fate) ? 0 : count), 0),
    convergence: convergences[0]?.result(
      own.clusters.flatMap(({ nodes }, at) => nodes.map(() => at)),
    ),
    safeDuration: fault === undefined ? safeDuration(own, agent) : undefined,
    operations: counter.operations,
    fault,
  };
}

/** Watches which key each node sends with, to itself and to each peer that it knows. */
class ConvergenceWatch {
  readonly #history: History;
  readonly #sendsWith = new Map<number, number>();
  readonly #peerKeys = new Map<string, number>();
  #written: Microseconds = 0;
  #switched: Microseconds = 0;

  constructor(trace: Trace) {
    this.#history = new History(trace);
    trace.observe('secretWritten', (at) => {
      this.#written = at;
    });
    trace.observe('encryptMapSet', (at, node, keyId) => {
      if (this.#sendsWith.get(node) !== keyId) this.#switched = at;
      this.#sendsWith.set(node, keyId);
    });
    trace.observe('peerKeySet', (at, node, peer, keyId) => {
      const pair = `${node} ${peer}`;
      if (this.#peerKeys.get(pair) !== keyId) this.#switched = at;
      this.#peerKeys.set(pair, keyId);
    });
  }

  result(clusterOfNode: readonly number[]): Microseconds | undefined {
    const keys = new Map<number, number>();
    for (const [node, keyId] of this.#sendsWith) {
      const cluster = clusterOfNode[node] ?? 0;
      if (!this.#history.node(node).isUp) continue;
      if ((keys.get(cluster) ?? keyId) !== keyId) return undefined;
      keys.set(cluster, keyId);
    }
    return Math.max(0, this.#switched - this.#written);
  }
}

const longest = 24 * hour;

/**
 * By bisection over runs, since an agent need not wait for the duration as Cilium's does: it is taken
 * that a longer one never loses a packet that a shorter one does not.
 */
function safeDuration(scenario: Scenario, agent: AgentUnderTest): Microseconds | undefined {
  const isSafe = (seconds: number): boolean => {
    const { losses, end } = simulate(withDuration(scenario, seconds * second), {
      agents: agentsBy(agent.make),
    });
    const fault = agent.endRun();
    return (
      fault === undefined &&
      end.kind === 'finished' &&
      losses.every(({ fate }) => isBlameless(fate))
    );
  };
  const configured = Math.max(
    ...scenario.clusters.map(({ settings }) => settings.rotationDuration),
  );
  let high = Math.ceil(configured / second);
  if (!isSafe(high)) {
    high = longest / second;
    if (!isSafe(high)) return undefined;
  }
  let low = -1; // unsafe, or not tried; zero is a duration
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isSafe(middle)) high = middle;
    else low = middle;
  }
  return high * second;
}

function withDuration(scenario: Scenario, rotationDuration: Microseconds): Scenario {
  return {
    ...scenario,
    clusters: scenario.clusters.map((cluster) => ({
      ...cluster,
      settings: { ...cluster.settings, rotationDuration },
    })),
    procedure: scenario.procedure.map((step) => {
      const configures = step.kind === 'configure' && step.settings.rotationDuration !== undefined;
      return configures ? { ...step, settings: { ...step.settings, rotationDuration } } : step;
    }),
  };
}

/** The agent's maker, with what its agents do to their nodes counted on the way: all of it is yielded. */
function counted(make: AgentMaker, counter: { operations: number }): AgentMaker {
  return (environment) => {
    const agent = make({ ...environment, answerNow: () => undefined });
    return {
      ...(agent.oneAtATime === undefined ? {} : { oneAtATime: agent.oneAtATime }),
      *handle(input, now): Operations {
        const operations = agent.handle(input, now);
        let step = operations.next();
        while (step.done !== true) {
          if (!changesNothing.includes(step.value.kind)) counter.operations += 1;
          step = operations.next(yield step.value);
        }
      },
    };
  };
}

const changesNothing: readonly Operation['kind'][] = [
  'setTimer',
  'keyLoaded',
  'allNodesValidated',
  'log',
  'exit',
];
