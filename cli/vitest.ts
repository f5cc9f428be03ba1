/**
 * The suite of `keyturn agent test` as tests of Vitest's, in the project of who writes an agent.
 *
 * @module
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { AgentMaker } from '../agents/index.ts';
import { CommandAgents } from '../agents/process/index.ts';
import type { CiliumRelease } from '../model/release.ts';
import { type AgentUnderTest, isSurvivable, runCase, type SuiteCase } from '../properties/index.ts';
import { findId, libraryIds } from './library.ts';
import { casesOf } from './suite-cases.ts';
import { detailsOf } from './suite-details.ts';

/** Which scenarios, and how. IDs are those that `keyturn scenarios` lists. */
export interface AgentSuiteOptions {
  /** These scenarios; default: all. */
  readonly only?: readonly string[];
  /** Instead of each scenario's own. */
  readonly seed?: string;
  /** IDs of scenarios that the agent is known not to survive: skipped with the reason. */
  readonly knownFailures?: readonly string[];
  /** The release of an agent that is a function; default: each scenario's. A command says its own. */
  readonly release?: CiliumRelease;
  /** How long a command may say nothing, in milliseconds; default: 10,000. */
  readonly silenceMs?: number;
}

/**
 * Registers one test for each scenario that a correct agent survives. The agent is a function that
 * makes one, or a command that speaks docs/agent-protocol.md, as words. Scenarios that Cilium's own
 * agent of the release does not survive are skipped. An unknown ID is an error when tests are collected.
 */
export function agentSuite(
  agent: AgentMaker | readonly string[],
  options: AgentSuiteOptions = {},
): void {
  const all = libraryIds();
  const only = options.only?.map((id) => findId(id, all)) ?? all;
  const known = new Set(options.knownFailures?.map((id) => findId(id, all)));
  const cases = casesOf(only, options.seed);
  if (typeof agent === 'function') {
    const underTest = { name: 'agent', release: options.release, make: agent, endRun: nothing };
    describe('keyturn', () => {
      register(cases, known, () => underTest);
    });
  } else {
    describe(`keyturn: ${agent.join(' ')}`, () => {
      register(cases, known, ofCommand(agent, options));
    });
  }
}

/** The agent of a command, from the first test to the last. */
function ofCommand(
  command: readonly string[],
  { silenceMs = 10_000 }: AgentSuiteOptions,
): () => AgentUnderTest {
  const agents = new CommandAgents(command, { harness: 'keyturn/vitest', limits: { silenceMs } });
  let underTest: AgentUnderTest | undefined = undefined;
  beforeAll(() => {
    const hello = agents.hello();
    if (!hello.ok) throw new Error(`the agent cannot be tested: ${hello.error.message}`);
    const { name, release } = hello.value;
    const { make, among } = agents;
    underTest = { name, release, make, among, endRun: () => agents.endRun()?.message };
  });
  afterAll(() => agents.close());
  return () => {
    if (underTest === undefined) throw new Error('the agent cannot be tested: it has not started');
    return underTest;
  };
}

/** A run is not interrupted by Vitest: the limit is there for machines that are busy. */
const timeout = 120_000;

function register(
  cases: readonly SuiteCase[],
  known: ReadonlySet<string>,
  agent: () => AgentUnderTest,
): void {
  for (const suiteCase of cases) {
    test(suiteCase.id, { timeout }, ({ skip }) => {
      if (!isSurvivable(suiteCase.sound, agent().release)) {
        skip("Cilium's own agent of this release does not survive it");
      }
      const result = runCase(suiteCase, agent());
      if (result.outcome.kind === 'survived') return;
      const message = [result.outcome.kind, ...detailsOf(result)].join('\n');
      if (known.has(suiteCase.id)) skip(`known: ${message}`);
      throw new Error(message);
    });
  }
}

function nothing(): undefined {
  return undefined;
}
