import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { agentNames } from '../agents/index.ts';
import { ciliumReleases } from '../model/release.ts';
import type { AgentCompareOptions } from './commands/agent-compare.ts';
import type { AgentServeOptions } from './commands/agent-serve.ts';
import type { AgentTestOptions } from './commands/agent-test.ts';
import type { ExitCode } from './exit-code.ts';

/** `keyturn agent …`: agents under test. */
export function addAgent(program: Command, version: string, done: (code: ExitCode) => void): void {
  const agent = program.command('agent').description('agents under test: docs/agent-protocol.md');
  agent
    .command('serve')
    .description('speaks the protocol for a built-in agent, on standard input and output')
    .addOption(
      new Option('--release <release>', "whose agent; default: the scenario's").choices([
        ...ciliumReleases,
      ]),
    )
    .addOption(new Option('--agent <name>', 'a mutant, or another agent').choices([...agentNames]))
    .action(async (options: AgentServeOptions) => {
      done((await import('./commands/agent-serve.ts')).agentServe(options, version));
    });
  agent
    .command('test')
    .description('runs an agent, as a process, through every scenario that a correct one survives')
    .argument('<command...>', 'after --: the command that starts it')
    .option('--only <id>', 'this scenario; may be given several times', collect, [])
    .option('--seed <seed>', "instead of each scenario's own")
    .option('--known-failures <file>', 'IDs, one a line, that do not count')
    .option('--silence <seconds>', 'how long the agent may say nothing', positive, 10)
    .option(
      '--fuzz <n>',
      'generated cases after the suite; default: 20, or 0 with --only',
      wholeNumber,
    )
    .option('--out <file>', 'where to write the smallest case that the campaign found, as YAML')
    .option('--report <file>', 'write a report: .md, .json or .xml (JUnit), by its ending')
    .option('--json', 'print the result as JSON')
    .option(
      '--workers <n>',
      'threads, each with processes of the agent of its own; the result does not depend on it',
      positive,
      availableParallelism(),
    )
    .action(async (command: readonly string[], options: AgentTestOptions) => {
      const { agentTest } = await import('./commands/agent-test.ts');
      done(await agentTest(command, options, version));
    });
  addCompare(agent, version, done);
}

function addCompare(agent: Command, version: string, done: (code: ExitCode) => void): void {
  agent
    .command('compare')
    .description('two agents in the same scenarios with the same seeds, side by side')
    .argument(
      '[agents...]',
      'releases, mutants or other names; after --: a command, each after its own --',
    )
    .option('--only <id>', 'this scenario; may be given several times', collect, [])
    .option('--seed <seed>', "instead of each scenario's own")
    .option('--runs <n>', 'seeds for each scenario', positive, 1)
    .option('--silence <seconds>', 'how long a command may say nothing', positive, 10)
    .option('--json', 'print the result as JSON')
    .action(async (words: readonly string[], options: AgentCompareOptions) => {
      const { agentCompare, contestantsOf } = await import('./commands/agent-compare.ts');
      done(await agentCompare(contestantsOf(words, process.argv), options, version));
    });
}

function collect(value: string, collected: readonly string[]): readonly string[] {
  return [...collected, value];
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

function positive(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) {
    throw new InvalidArgumentError('Expected a whole number from 1 on.');
  }
  return value;
}
