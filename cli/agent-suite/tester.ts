import { CommandAgents } from '../../agents/process/index.ts';
import { defined } from '../../model/assert.ts';
import {
  type AgentChunk,
  type AgentUnderTest,
  type CaseResult,
  isSurvivable,
  runAgentChunk,
  runCase,
} from '../../properties/index.ts';
import { BadInput } from '../failure.ts';
import { commandLine } from '../quote.ts';
import { casesOf } from '../suite-cases.ts';

/** How the processes of a command are started and told of the harness: plain data. */
export interface TestedCommand {
  readonly command: readonly string[];
  /** The harness and its version. */
  readonly harness: string;
  readonly silenceMs: number;
}

/** What a tester is asked: plain data, as is what it answers. */
export type TestTask =
  | { readonly kind: 'case'; readonly id: string; readonly seed: string | undefined }
  | {
      readonly kind: 'chunk';
      readonly seed: number;
      readonly chunk: number;
      readonly most: number;
    };

export interface TestAnswer {
  /** Of a case; undefined: Cilium's own agent does not survive it. */
  readonly result?: Omit<CaseResult, 'suiteCase'>;
  readonly chunk?: AgentChunk;
  /** Another process of the command could not be started. */
  readonly refused?: string;
}

/** Runs an agent of a command through scenarios, in processes of its own. */
export class Tester {
  readonly #agents: CommandAgents;
  readonly agent: Pick<AgentUnderTest, 'name' | 'release'>;

  /** @throws BadInput where the command is no agent. */
  constructor({ command, harness, silenceMs }: TestedCommand) {
    this.#agents = new CommandAgents(command, { harness, limits: { silenceMs } });
    const hello = this.#agents.hello();
    if (!hello.ok) {
      void this.close();
      throw new BadInput(
        `${commandLine(command)}: the agent cannot be tested: ${hello.error.message}\n  expected: a program that speaks docs/agent-protocol.md`,
      );
    }
    const { name, release } = hello.value;
    this.agent = { name, release };
  }

  async perform(task: TestTask): Promise<TestAnswer> {
    // Here the ends of processes are heard.
    await new Promise((done) => setImmediate(done));
    const agent: AgentUnderTest = {
      ...this.agent,
      make: this.#agents.make,
      among: this.#agents.among,
      endRun: () => this.#agents.endRun()?.message,
    };
    if (task.kind === 'chunk') return { chunk: runAgentChunk(agent, task) };
    const suiteCase = defined(casesOf([task.id], task.seed)[0], 'a case of the suite');
    if (!isSurvivable(suiteCase.sound, agent.release)) return {};
    const { outcome, digest } = runCase(suiteCase, agent);
    return { result: { outcome, digest } };
  }

  async close(): Promise<void> {
    await this.#agents.close();
  }
}
