import { CommandAgents } from '../../agents/process/index.ts';
import {
  type AgentUnderTest,
  type CaseResult,
  inOrderOfBlame,
  isSurvivable,
  runCase,
  type SuiteCase,
} from '../../properties/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput } from '../failure.ts';
import { findId, libraryIds } from '../library.ts';
import { paintFor } from '../paint.ts';
import { commandLine } from '../quote.ts';
import { readNamed } from '../read-file.ts';
import { casesOf } from '../suite-cases.ts';
import { detailsOf } from '../suite-details.ts';

export interface AgentTestOptions {
  readonly only: readonly string[];
  readonly seed?: string;
  readonly knownFailures?: string;
  readonly silence: number;
  readonly json?: true;
}

/** `keyturn agent test`: an agent of another process through every scenario that Cilium's survives. */
export async function agentTest(
  command: readonly string[],
  options: AgentTestOptions,
  version: string,
): Promise<ExitCode> {
  const ids = chosenIds(options);
  const known = knownFailures(options.knownFailures);
  const agents = new CommandAgents(command, {
    harness: `keyturn ${version}`,
    limits: { silenceMs: options.silence * 1000 },
  });
  const stopOnSignals = endOnSignals(agents);
  try {
    const hello = agents.hello();
    if (!hello.ok) {
      throw new BadInput(
        `${commandLine(command)}: the agent cannot be tested: ${hello.error.message}\n  expected: a program that speaks docs/agent-protocol.md`,
      );
    }
    const agent: AgentUnderTest = {
      name: hello.value.name,
      release: hello.value.release,
      make: agents.make,
      endRun: () => agents.endRun()?.message,
    };
    const results = await runAll(casesOf(ids, options.seed), agent);
    process.stdout.write(
      options.json === true ? json(agent, results, known) : text(agent, results, known),
    );
    return exitCodeOf(results, known);
  } finally {
    stopOnSignals();
    await agents.close();
  }
}

function chosenIds({ only }: AgentTestOptions): readonly string[] {
  const all = libraryIds();
  return only.length === 0 ? all : only.map((id) => findId(id, all));
}

/** One ID a line; what follows a # is a remark. */
function knownFailures(path: string | undefined): ReadonlySet<string> {
  if (path === undefined) return new Set();
  const lines = readNamed(path)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const all = libraryIds();
  return new Set(lines.map((id) => findId(id, all)));
}

async function runAll(
  cases: readonly SuiteCase[],
  agent: AgentUnderTest,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const suiteCase of cases) {
    if (!isSurvivable(suiteCase.sound, agent.release)) continue;
    results.push(runCase(suiteCase, agent));
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${suiteCase.id}`);
    // Here signals and the ends of processes are heard.
    await new Promise((done) => setImmediate(done));
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return results;
}

/** A process group of an agent does not get the terminal's signals: it is ended here. */
function endOnSignals(agents: CommandAgents): () => void {
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  const handlers = Object.entries(signals).map(([signal, code]) => {
    const handler = (): void => {
      void agents.close().finally(() => process.exit(code));
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}

function text(
  agent: AgentUnderTest,
  results: readonly CaseResult[],
  known: ReadonlySet<string>,
): string {
  const paint = paintFor(process.env, process.stdout.isTTY);
  const lines = inOrderOfBlame(results).flatMap((result) => {
    const { suiteCase, outcome } = result;
    if (outcome.kind === 'survived') return [`${paint.good('survived')}  ${suiteCase.id}`];
    const mark = known.has(suiteCase.id) ? 'known   ' : paint.bad(labels[outcome.kind]);
    return [`${mark}  ${suiteCase.id}`, ...detailsOf(result).map((line) => `          ${line}`)];
  });
  const failed = results.filter(({ outcome }) => outcome.kind !== 'survived').length;
  const summary = `${agent.name}: ${results.length} scenarios, ${failed} not survived`;
  return [...lines, summary, ''].join('\n');
}

const labels = {
  failed: 'FAILED  ',
  fault: 'FAULT   ',
  inconclusive: 'UNKNOWN ',
  nonDeterministic: 'DIFFERS ',
} as const;

function json(
  agent: AgentUnderTest,
  results: readonly CaseResult[],
  known: ReadonlySet<string>,
): string {
  const cases = inOrderOfBlame(results).map((result) => ({
    id: result.suiteCase.id,
    outcome: result.outcome.kind,
    known: known.has(result.suiteCase.id),
    digest: result.digest,
    details: detailsOf(result),
  }));
  return `${JSON.stringify({ agent: agent.name, cases }, null, 2)}\n`;
}

function exitCodeOf(results: readonly CaseResult[], known: ReadonlySet<string>): ExitCode {
  const kinds = new Set(
    results.filter(({ suiteCase }) => !known.has(suiteCase.id)).map(({ outcome }) => outcome.kind),
  );
  if (kinds.has('nonDeterministic')) return exitCode.nonDeterministic;
  if (kinds.has('failed') || kinds.has('fault')) return exitCode.violated;
  return kinds.has('inconclusive') ? exitCode.inconclusive : exitCode.holds;
}
