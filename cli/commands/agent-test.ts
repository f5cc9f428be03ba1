import { CommandAgents } from '../../agents/process/index.ts';
import { assert } from '../../model/assert.ts';
import {
  type AgentChunk,
  type AgentUnderTest,
  type CaseResult,
  inOrderOfBlame,
  isSurvivable,
  likenesses,
  runAgentChunk,
  runCase,
  type SuiteCase,
} from '../../properties/index.ts';
import {
  agentDocument,
  agentJson,
  type AgentTested,
  campaignLines,
  likenessText,
} from '../../reports/index.ts';
import { writeScenario } from '../../scenarios/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput } from '../failure.ts';
import { findId, libraryIds } from '../library.ts';
import { paintFor } from '../paint.ts';
import { commandLine } from '../quote.ts';
import { readNamed } from '../read-file.ts';
import { assertReportable, writeReport } from '../report-file.ts';
import { casesOf } from '../suite-cases.ts';
import { detailsOf } from '../suite-details.ts';
import { assertWritable, writeTogether } from '../write-files.ts';

export interface AgentTestOptions {
  readonly only: readonly string[];
  readonly seed?: string;
  readonly knownFailures?: string;
  readonly silence: number;
  readonly json?: true;
  /** Generated cases after the suite; undefined: some, but none where single scenarios are asked for. */
  readonly fuzz?: number;
  /** A file for the smallest case that a campaign found. */
  readonly out?: string;
  readonly report?: string;
}

const casesByDefault = 20;

/** `keyturn agent test`: an agent of another process through every scenario that Cilium's survives. */
export async function agentTest(
  command: readonly string[],
  options: AgentTestOptions,
  version: string,
): Promise<ExitCode> {
  const ids = chosenIds(options);
  // Before the work whose results are to go there.
  assertReportable(options.report);
  if (options.out !== undefined) assertWritable(options.out);
  const known = knownFailures(options.knownFailures);
  const agents = new CommandAgents(command, {
    harness: `keyturn ${version}`,
    limits: { silenceMs: options.silence * 1000 },
  });
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
      among: agents.among,
      endRun: () => agents.endRun()?.message,
    };
    const results = await runAll(casesOf(ids, options.seed), agent);
    const like = likenesses(results, casesOf(libraryIds(), options.seed), agent);
    const tested: AgentTested = {
      name: agent.name,
      results: inOrderOfBlame(results, like[0]?.incidents),
      isKnown: (id) => known.has(id),
      likenesses: like,
      campaign: await campaign(agent, options),
      repeat: commandLine(['keyturn', 'agent', 'test', ...flagsOf(options), '--', ...command]),
    };
    process.stdout.write(options.json === true ? agentJson(tested, detailsOf) : text(tested));
    writeReport(options.report, agentDocument(tested, detailsOf));
    writeCounterexample(options.out, tested.campaign);
    return exitCodeOf(tested);
  } finally {
    await agents.close();
  }
}

/** What a repetition needs to find the same. */
function flagsOf({ only, seed, fuzz }: AgentTestOptions): readonly string[] {
  return [
    ...only.flatMap((id) => ['--only', id]),
    ...(seed === undefined ? [] : ['--seed', seed]),
    ...(fuzz === undefined ? [] : ['--fuzz', String(fuzz)]),
  ];
}

/** Generated cases, up to the first in which the agent does what must not be. */
async function campaign(
  agent: AgentUnderTest,
  { fuzz, only, seed = '1' }: AgentTestOptions,
): Promise<AgentChunk | undefined> {
  const cases = only.length > 0 && fuzz === undefined ? 0 : (fuzz ?? casesByDefault);
  if (cases === 0) return undefined;
  let runs = 0;
  for (let chunk = 0; runs < cases; chunk += 1) {
    const result = runAgentChunk(agent, { seed: numberOf(seed), chunk, most: cases - runs });
    runs += result.runs;
    if (result.kind !== 'holds') return { ...result, runs };
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[Kcampaign: ${runs} of ${cases}`);
    await new Promise((done) => setImmediate(done));
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return { kind: 'holds', runs };
}

/** A campaign's seed is a number; a scenario's is a text. */
function numberOf(seed: string): number {
  return [...seed].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 0);
}

function writeCounterexample(path: string | undefined, found: AgentChunk | undefined): void {
  if (path === undefined || found?.kind !== 'violated') return;
  const written = writeScenario(found.scenario);
  assert(written.ok, 'a generated case can be written');
  writeTogether([{ path, text: written.value }]);
  process.stderr.write(`wrote ${path}\n`);
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
    // Here the ends of processes are heard.
    await new Promise((done) => setImmediate(done));
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return results;
}

function text(tested: AgentTested): string {
  const paint = paintFor(process.env, process.stdout.isTTY);
  const { results, isKnown, campaign, likenesses: like } = tested;
  const lines = results.flatMap((result) => {
    const { suiteCase, outcome } = result;
    if (outcome.kind === 'survived') return [`${paint.good('survived')}  ${suiteCase.id}`];
    const mark = isKnown(suiteCase.id) ? 'known   ' : paint.bad(labels[outcome.kind]);
    return [`${mark}  ${suiteCase.id}`, ...detailsOf(result).map((line) => `          ${line}`)];
  });
  const mostLike = likenessText(like);
  const failed = results.filter(({ outcome }) => outcome.kind !== 'survived').length;
  return [
    ...(mostLike === undefined ? [] : [mostLike]),
    ...lines,
    ...(campaign === undefined ? [] : campaignLines(campaign)),
    `${tested.name}: ${results.length} scenarios, ${failed} not survived`,
    '',
  ].join('\n');
}

const labels = {
  failed: 'FAILED  ',
  fault: 'FAULT   ',
  inconclusive: 'UNKNOWN ',
  nonDeterministic: 'DIFFERS ',
} as const;

function exitCodeOf({ results, isKnown, campaign }: AgentTested): ExitCode {
  const counted = results.filter(({ suiteCase }) => !isKnown(suiteCase.id));
  const kinds = new Set<string>(counted.map(({ outcome }) => outcome.kind));
  if (kinds.has('nonDeterministic')) return exitCode.nonDeterministic;
  const breaks = campaign !== undefined && campaign.kind !== 'holds';
  if (kinds.has('failed') || kinds.has('fault') || breaks) return exitCode.violated;
  return kinds.has('inconclusive') ? exitCode.inconclusive : exitCode.holds;
}
