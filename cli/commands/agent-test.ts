import { assert, defined } from '../../model/assert.ts';
import {
  type AgentChunk,
  agentChunkSize,
  type CaseResult,
  inOrderOfBlame,
  likenesses,
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
import { type TestedCommand, Tester } from '../agent-suite/tester.ts';
import { type AskTester, inOrder, withTesters } from '../agent-suite/testers.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
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
  /** Threads, each with processes of its own: 1 where not given. */
  readonly workers?: number;
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
  const started: TestedCommand = {
    command,
    harness: `keyturn ${version}`,
    silenceMs: options.silence * 1000,
  };
  const here = new Tester(started);
  try {
    const cases = casesOf(ids, options.seed);
    const chunks = Math.ceil(casesIn(options) / agentChunkSize);
    const count = Math.min(options.workers ?? 1, cases.length + chunks);
    const [results, campaign] = await withTesters({ started, here, count }, async (asks) => [
      await runAll(asks, cases, options.seed),
      await runCampaign(asks, options),
    ]);
    const like = likenesses(results, casesOf(libraryIds(), options.seed), here.agent);
    const tested: AgentTested = {
      name: here.agent.name,
      results: inOrderOfBlame(results, like[0]?.incidents),
      isKnown: (id) => known.has(id),
      likenesses: like,
      campaign,
      repeat: commandLine(['keyturn', 'agent', 'test', ...flagsOf(options), '--', ...command]),
    };
    process.stdout.write(options.json === true ? agentJson(tested, detailsOf) : text(tested));
    writeReport(options.report, agentDocument(tested, detailsOf));
    writeCounterexample(options.out, tested.campaign);
    return exitCodeOf(tested);
  } finally {
    await here.close();
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

function casesIn({ fuzz, only }: AgentTestOptions): number {
  return only.length > 0 && fuzz === undefined ? 0 : (fuzz ?? casesByDefault);
}

/** Generated cases, up to the first in which the agent does what must not be. */
async function runCampaign(
  asks: readonly AskTester[],
  options: AgentTestOptions,
): Promise<AgentChunk | undefined> {
  const cases = casesIn(options);
  const seed = numberOf(options.seed ?? '1');
  let done = 0;
  const chunks = await inOrder(asks, Math.ceil(cases / agentChunkSize), {
    perform: async (ask, chunk) => {
      const most = cases - chunk * agentChunkSize;
      const answer = await ask({ kind: 'chunk', seed, chunk, most });
      const result = defined(answer.chunk, 'an answer to a chunk');
      progress(`campaign: ${(done += result.runs)} of ${cases}`);
      return result;
    },
    isLast: ({ kind }) => kind !== 'holds',
  });
  progress('');
  const last = chunks.at(-1);
  return last && { ...last, runs: chunks.reduce((sum, { runs }) => sum + runs, 0) };
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
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
  asks: readonly AskTester[],
  cases: readonly SuiteCase[],
  seed: string | undefined,
): Promise<readonly CaseResult[]> {
  const results = await inOrder(asks, cases.length, {
    perform: async (ask, place): Promise<readonly CaseResult[]> => {
      const suiteCase = defined(cases[place], 'a case');
      const { result } = await ask({ kind: 'case', id: suiteCase.id, seed });
      progress(suiteCase.id);
      return result === undefined ? [] : [{ suiteCase, ...result }];
    },
  });
  progress('');
  return results.flat();
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
