import { makeAgent } from '../../agents/index.ts';
import { serveStdio } from '../../agents/process/index.ts';
import type { CiliumRelease } from '../../model/release.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';

export interface AgentServeOptions {
  readonly release?: CiliumRelease;
  readonly agent?: string;
}

/** `keyturn agent serve`: a built-in agent, spoken to over standard input and output. */
export function agentServe({ release, agent }: AgentServeOptions, version: string): ExitCode {
  serveStdio({
    name: [release ?? 'cilium', ...(agent === undefined ? [] : [agent])].join(' '),
    version,
    make: (environment) => makeAgent(agent, environment),
    release,
  });
  return exitCode.holds;
}
