import type { Agent, AgentEnvironment } from '../../model/agent/index.ts';
import type { Result } from '../../model/result.ts';
import { failure, success } from '../../model/result.ts';
import type { AgentMaker } from '../agent-maker.ts';
import {
  amongRemote,
  type Fault,
  HandlesOfBytes,
  type Hello,
  RemoteAgent,
  Session,
} from '../wire/index.ts';
import { AgentProcess } from './agent-process.ts';
import { Guard } from './guard.ts';
import { PipeMaker } from './pipes.ts';
import { processLimits, type ProcessLimits, Watchdog } from './watchdog.ts';

interface Running {
  readonly process: AgentProcess;
  readonly session: Session;
  readonly hello: Hello;
}

interface Resident {
  readonly agent: RemoteAgent;
  readonly running: Running;
}

/**
 * The agents of a command: starts its processes, one for all nodes or one for each, as the command
 * says of itself, and hands out agents for the nodes of one run after another.
 */
export class CommandAgents {
  readonly #command: readonly string[];
  readonly #limits: ProcessLimits;
  readonly #harness: string;
  readonly #guard = new Guard();
  readonly #pipes = new PipeMaker(this.#guard.folder);
  readonly #watchdog: Watchdog;
  #keys = new HandlesOfBytes();
  /** The process that has all nodes, or the next one for a node. */
  #ready: Running | undefined = undefined;
  readonly #residents = new Map<string, Resident>();
  #fault: Fault | undefined = undefined;

  constructor(
    command: readonly string[],
    options: { readonly harness: string; readonly limits?: Partial<ProcessLimits> },
  ) {
    this.#command = command;
    this.#harness = options.harness;
    this.#limits = { ...processLimits, ...options.limits };
    this.#watchdog = new Watchdog(this.#limits);
  }

  /** What the agent says of itself, from a process that is kept for the first node. */
  hello(): Result<Hello, Fault> {
    const running = this.#next();
    return running.ok ? success(running.value.hello) : running;
  }

  /** Makes the agent of a node for the run under way. */
  readonly make: AgentMaker = (environment) => this.#agentOf(environment);

  /** Has agents of this process know their keys by the same handles as the command's. */
  readonly among = (make: AgentMaker): AgentMaker => amongRemote(make, this.#keys);

  /** What went wrong in the run under way. */
  get fault(): Fault | undefined {
    if (this.#fault !== undefined) return this.#fault;
    return [...this.#residents.values()].find(({ running }) => running.session.fault !== undefined)
      ?.running.session.fault;
  }

  /** Ends what the run has left, so that the next one finds nothing of it. Answers what went wrong. */
  endRun(): Fault | undefined {
    for (const node of [...this.#residents.keys()]) this.#stop(node);
    const fault = this.#fault;
    this.#fault = undefined;
    this.#keys = new HandlesOfBytes();
    this.#ready?.session.useKeys(this.#keys);
    return fault;
  }

  async close(): Promise<void> {
    this.endRun();
    this.#ready?.process.end();
    this.#ready = undefined;
    this.#guard.close();
    await this.#watchdog.close();
  }

  #agentOf(environment: AgentEnvironment): Agent {
    const node = environment.local.name;
    this.#stop(node);
    const next = this.#next();
    if (!next.ok) {
      this.#fault ??= next.error;
      return new RemoteAgent({
        session: deadSession(next.error),
        keys: this.#keys,
        environment,
        oneAtATime: true,
      });
    }
    const running = next.value;
    const { session, hello } = running;
    if (hello.hosts === 'oneNode') this.#ready = undefined;
    const oneAtATime = hello.reclaimsBeside !== true;
    const agent = new RemoteAgent({ session, keys: this.#keys, environment, oneAtATime });
    this.#residents.set(node, { agent, running });
    return agent;
  }

  /** A process that is ready for a node. */
  #next(): Result<Running, Fault> {
    if (this.#ready !== undefined && this.#ready.session.fault === undefined) {
      return success(this.#ready);
    }
    const process = new AgentProcess({
      command: this.#command,
      pipes: this.#pipes,
      guard: this.#guard,
      watchdog: this.#watchdog,
      limits: this.#limits,
    });
    const session = new Session(process, this.#keys);
    const hello = session.hello(this.#harness);
    if (!hello.ok) {
      process.end();
      return failure(hello.error);
    }
    this.#ready = { process, session, hello: hello.value };
    return success(this.#ready);
  }

  #stop(node: string): void {
    const resident = this.#residents.get(node);
    if (resident === undefined) return;
    this.#residents.delete(node);
    const { agent, running } = resident;
    const isItsOwn = running.hello.hosts === 'oneNode';
    if (!isItsOwn) agent.stop();
    this.#fault ??= running.session.fault;
    const isLost = running.session.fault !== undefined;
    if (isItsOwn || isLost) running.process.end();
    if (isLost && this.#ready === running) this.#ready = undefined;
  }
}

/** A session with nobody: all it tells is why. */
function deadSession(fault: Fault): Session {
  return new Session(
    { write: () => undefined, readLine: () => ({ kind: 'ended', fault }) },
    new HandlesOfBytes(),
  );
}
