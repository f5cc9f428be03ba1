import { type AgentMaker, agentNames, makeAgent, withoutShortcuts } from '../../agents/index.ts';
import { CommandAgents } from '../../agents/process/index.ts';
import { type CiliumRelease, ciliumReleases } from '../../model/release.ts';
import {
  type AgentUnderTest,
  measure,
  type Measures,
  seedsOf,
  writesKey,
} from '../../properties/index.ts';
import { type Compared, comparisonJson, comparisonReport } from '../../reports/index.ts';
import { didYouMean } from '../../scenarios/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput } from '../failure.ts';
import { findId, libraryIds } from '../library.ts';
import { commandLine } from '../quote.ts';
import { casesOf } from '../suite-cases.ts';

export interface AgentCompareOptions {
  readonly only: readonly string[];
  readonly seed?: string;
  readonly runs: number;
  readonly silence: number;
  readonly json?: true;
}

/** An agent to compare: a name, or the words of a command. */
export type Contestant = string | readonly string[];

/** `keyturn agent compare`: two agents in the same scenarios with the same seeds. */
export async function agentCompare(
  contestants: readonly Contestant[],
  options: AgentCompareOptions,
  version: string,
): Promise<ExitCode> {
  const [one, other] = contestants;
  if (one === undefined || other === undefined || contestants.length > 2) {
    throw new BadInput(
      `agent compare: ${contestants.length} agents are named\n  expected: two; of each its name, or after -- its command\n  hint: keyturn agent compare cilium-1.18 gated-three-phase; keyturn agent compare cilium-1.19 -- ./my-agent`,
    );
  }
  const all = libraryIds();
  const ids = options.only.length === 0 ? all : options.only.map((id) => findId(id, all));
  const scenarios = casesOf(ids, options.seed)
    .filter(({ sound }) => writesKey(sound))
    .flatMap(({ id, sound }) =>
      seedsOf(sound, options.runs).map((seed) => ({ id, scenario: { ...sound, seed } })),
    );
  if (scenarios.length === 0) {
    throw new BadInput(
      `agent compare: ${ids.join(', ')}: no key is written there\n  expected: a scenario with a rotation`,
    );
  }
  const compared: Compared[] = [];
  for (const contestant of [one, other]) {
    const opened = open(contestant, options, version);
    try {
      const measures: Measures[] = [];
      for (const { id, scenario } of scenarios) {
        measures.push(measure(id, scenario, opened.agent));
        await new Promise((done) => setImmediate(done)); // here the ends of processes are heard
      }
      compared.push({ name: opened.agent.name, measures });
    } finally {
      await opened.close();
    }
  }
  const [left, right] = compared as [Compared, Compared];
  process.stdout.write(
    options.json === true ? comparisonJson(compared) : comparisonReport(left, right),
  );
  const isWhole = compared.every(({ measures }) =>
    measures.every(({ fault }) => fault === undefined),
  );
  return isWhole ? exitCode.holds : exitCode.inconclusive;
}

/** Which agents are meant: names before `--`, and after it commands, each after a `--` of its own. */
export function contestantsOf(
  words: readonly string[],
  raw: readonly string[],
): readonly Contestant[] {
  const mark = raw.indexOf('--');
  const commandWords = mark < 0 ? [] : raw.slice(mark + 1);
  const names = words.slice(0, words.length - commandWords.length);
  const commands: string[][] = commandWords.length === 0 ? [] : [[]];
  for (const word of commandWords) {
    if (word === '--') commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return [...names, ...commands.filter(({ length }) => length > 0)];
}

interface Opened {
  readonly agent: AgentUnderTest;
  readonly close: () => Promise<void>;
}

function open(contestant: Contestant, { silence }: AgentCompareOptions, version: string): Opened {
  if (typeof contestant === 'string')
    return { agent: named(contestant), close: () => Promise.resolve() };
  const agents = new CommandAgents(contestant, {
    harness: `keyturn ${version}`,
    limits: { silenceMs: silence * 1000 },
  });
  const hello = agents.hello();
  if (!hello.ok) {
    void agents.close();
    throw new BadInput(
      `${commandLine(contestant)}: the agent cannot be compared: ${hello.error.message}\n  expected: a program that speaks docs/agent-protocol.md`,
    );
  }
  const { name, release } = hello.value;
  const endRun = (): string | undefined => agents.endRun()?.message;
  return {
    agent: { name, release, make: agents.make, endRun },
    close: () => agents.close(),
  };
}

/** A release's own agent on that release; a mutant or a mended one on each scenario's. */
function named(name: string): AgentUnderTest {
  const endRun = (): undefined => undefined;
  const release = ciliumReleases.find((one) => one === name) satisfies CiliumRelease | undefined;
  if (release === undefined && !agentNames.includes(name)) {
    const hint = didYouMean(name, [...ciliumReleases, ...agentNames]);
    throw new BadInput(
      `agent compare: ${name}: there is no such agent\n  expected: a release (${ciliumReleases.join(', ')}) or a name in docs/mutants.md; a command goes after --${hint === '' ? '' : `\n  hint: ${hint}`}`,
    );
  }
  const agent = release === undefined ? name : undefined;
  const make: AgentMaker = (environment) => makeAgent(agent, withoutShortcuts(environment));
  return { name, release, make, endRun };
}
