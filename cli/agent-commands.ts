import { type Command, Option } from 'commander';
import { agentNames } from '../agents/index.ts';
import { ciliumReleases } from '../model/release.ts';
import type { AgentServeOptions } from './commands/agent-serve.ts';
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
}
