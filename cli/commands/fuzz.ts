import { availableParallelism } from 'node:os';
import type { CiliumRelease } from '../../model/release.ts';
import {
  type CampaignPlan,
  type ChunkResult,
  chunkSize,
  clearestOf,
  type Finding,
  type Invariant,
  invariants,
  magnified,
  type Place,
  rehearse,
  scenarioOf,
  shrinkCase,
  type Shrunk,
} from '../../properties/index.ts';
import {
  campaignDocument,
  type CampaignEnd,
  campaignReport,
  type CampaignView,
  runReport,
} from '../../reports/index.ts';
import { writeScenario } from '../../scenarios/index.ts';
import type { Scenario } from '../../sim/index.ts';
import { failingRegression } from '../campaign/regressions.ts';
import { runCampaign } from '../campaign/run-campaign.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput } from '../failure.ts';
import { paintFor } from '../paint.ts';
import { commandLine } from '../quote.ts';
import { assertReportable, formatOf, writeReport } from '../report-file.ts';
import { assertWritable, WholeFile } from '../write-files.ts';

export interface FuzzOptions {
  readonly runs: number;
  /** Seconds of the wall clock. */
  readonly time?: number;
  readonly seed: number;
  readonly property: readonly string[];
  readonly profile: readonly CiliumRelease[];
  readonly agent?: string;
  readonly workers?: number;
  /** Where the shrunk case goes. */
  readonly out?: string;
  /** Replays one case: its chunk and its place in it, as a report names them. */
  readonly replay?: string;
  readonly report?: string;
}

/** Where the shrunk case goes if nothing else is said. */
const counterexample = 'counterexample.yaml';

/** Below so many runs, that something was never reached says little. */
const enoughRuns = 5000;

/** `keyturn fuzz`: a campaign over generated clusters, delays and faults. */
export async function fuzz(options: FuzzOptions): Promise<ExitCode> {
  const held = heldBy(options.property);
  // Before the work whose result is to go there.
  assertWritable(options.out ?? counterexample);
  assertCampaignReportable(options);
  const plan = planOf(options, held);
  if (options.replay !== undefined) return replay(plan, options);
  const again = failingRegression(held);
  if (again !== undefined) {
    process.stdout.write(`${again.path}: ${again.what}\n${findingText(again.findings)}\n`);
    return exitCode.violated;
  }
  const { results, interrupted } = await campaign(plan, options);
  const view = { results, unreached: unreachedBy(results, held), interrupted, held };
  process.stdout.write(campaignReport(view));
  const failed = results.find(({ failure }) => failure !== undefined);
  if (failed?.failure === undefined) {
    const code = codeWithoutFailure(view, options);
    report(options, view, { outcome: outcomeOf(code), findings: [], smallest: undefined });
    return code;
  }
  const smallest = tellFailure(plan, options, {
    chunk: failed.chunk,
    place: failed.failure.place,
    invariant: clearestOf(failed.failure.findings)?.invariant ?? '',
  });
  report(options, view, { outcome: 'violated', findings: smallest.findings, smallest });
  return exitCode.violated;
}

function codeWithoutFailure(
  { unreached, interrupted }: CampaignView,
  { runs, property, profile, agent }: FuzzOptions,
): ExitCode {
  if (interrupted) return exitCode.inconclusive;
  const isNarrow = property.length > 0 || profile.length > 0 || agent !== undefined;
  if (unreached.length === 0 || isNarrow) return exitCode.holds;
  return runs >= enoughRuns ? exitCode.violated : exitCode.inconclusive;
}

function outcomeOf(code: ExitCode): CampaignEnd['outcome'] {
  if (code === exitCode.holds) return 'holds';
  return code === exitCode.violated ? 'violated' : 'inconclusive';
}

function assertCampaignReportable({ report, replay }: FuzzOptions): void {
  if (report === undefined) return;
  assertReportable(report);
  if (replay !== undefined) {
    throw new BadInput('--report is for a campaign, not for --replay\n  hint: leave out --report');
  }
  if (formatOf(report) === 'html') {
    throw new BadInput(
      `--report ${report}: a campaign is no run that a page could show\n  expected: .md, .json, .xml\n  hint: keyturn run ${counterexample} --report ${report} shows the smallest case`,
    );
  }
}

function report(options: FuzzOptions, view: CampaignView, end: Omit<CampaignEnd, 'repeat'>): void {
  const { seed, runs } = options;
  const numbers = ['--seed', String(seed), '--runs', String(runs)];
  const repeat = commandLine(['keyturn', 'fuzz', ...numbers, ...narrowing(options)]);
  writeReport(options.report, campaignDocument(view, { ...end, repeat }));
}

/** The options that say which cases there are, and what must hold. */
function narrowing({ property, profile, agent }: FuzzOptions): readonly string[] {
  return [
    ...property.flatMap((one) => ['--property', one]),
    ...profile.flatMap((one) => ['--profile', one]),
    ...(agent === undefined ? [] : ['--agent', agent]),
  ];
}

function heldBy(ids: readonly string[]): readonly Invariant[] {
  const known = invariants.map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new BadInput(
      `--property ${unknown}: there is no such property\n  expected: one of: ${known.join(', ')}`,
    );
  }
  return ids.length === 0 ? invariants : invariants.filter(({ id }) => ids.includes(id));
}

/** The profile that is meant to be correct; the older ones announce a key before it is installed. */
const correct: readonly CiliumRelease[] = ['cilium-1.19'];

function planOf({ seed, profile, agent }: FuzzOptions, held: readonly Invariant[]): CampaignPlan {
  return {
    seed,
    range: { releases: profile.length === 0 ? correct : profile },
    held: held.map(({ id }) => id),
    agent,
  };
}

async function campaign(
  plan: CampaignPlan,
  { runs, time, workers = availableParallelism() }: FuzzOptions,
): Promise<{ readonly results: readonly ChunkResult[]; readonly interrupted: boolean }> {
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
  };
  process.once('SIGINT', interrupt);
  const endsAt = time === undefined ? Number.POSITIVE_INFINITY : Date.now() + time * 1000;
  const results = await runCampaign(plan, {
    runs: time === undefined ? runs : Number.MAX_SAFE_INTEGER,
    isOver: () => interrupted || Date.now() >= endsAt,
    workers,
    progress: progressTo(),
  });
  process.removeListener('SIGINT', interrupt);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return { results, interrupted };
}

function progressTo(): (runs: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (runs) => process.stderr.write(`\r${runs} runs`);
}

function unreachedBy(
  results: readonly ChunkResult[],
  held: readonly Invariant[],
): readonly Invariant[] {
  return held.filter(
    ({ id, kind }) =>
      kind === 'sometimes' && results.every(({ reached }) => reached[id] === undefined),
  );
}

/** Shrinks the case at a place, writes it, and tells of it. */
function tellFailure(
  plan: CampaignPlan,
  options: FuzzOptions,
  place: Place,
): { readonly file: string; readonly text: string; readonly findings: readonly Finding[] } {
  const shrunk = shrinkCase(plan, place);
  if (shrunk === undefined) {
    throw new BadInput(
      `--replay ${place.chunk}:${place.place}: the case there does not violate ${place.invariant}\n  expected: a place that a report names, with its --seed, --profile and --agent`,
    );
  }
  const scenario = named(scenarioOf(shrunk.made, plan.agent), shrunk);
  const written = writeScenario(scenario);
  const yaml = written.ok ? written.value : '';
  const path = options.out ?? counterexample;
  const file = new WholeFile(path);
  file.writeLine(yaml.trimEnd());
  file.finish();
  const again = [
    'keyturn',
    'fuzz',
    '--seed',
    String(plan.seed),
    '--replay',
    `${place.chunk}:${place.place}`,
    '--property',
    place.invariant,
    ...options.profile.flatMap((one) => ['--profile', one]),
    ...(plan.agent === undefined ? [] : ['--agent', plan.agent]),
  ];
  const paint = paintFor(process.env, process.stdout.isTTY);
  const repeat = commandLine(['keyturn', 'run', path]);
  process.stdout.write(`\n${findingText(shrunk.judgement.findings)}\n`);
  process.stdout.write(runReport(rehearse(scenario), { repeat, paint }));
  process.stdout.write(
    `\nThe smallest case found, after ${shrunk.tried} tries, is in ${path}:\n\n${yaml}\nReplay it: ${commandLine(again)}\n`,
  );
  return { file: path, text: yaml, findings: shrunk.judgement.findings };
}

function named(scenario: Scenario, { judgement }: Shrunk): Scenario {
  const [finding] = judgement.findings;
  const title = `Violates ${finding?.invariant ?? 'nothing'}`;
  return { ...magnified(scenario, finding?.at ?? 0), title };
}

function findingText(findings: readonly Finding[]): string {
  return findings
    .map(({ invariant, class: kind, at, what }) => {
      const sentence = invariants.find(({ id }) => id === invariant)?.sentence ?? '';
      return `VIOLATED ${invariant} (${kind}): ${sentence}\n  at ${at / 1_000_000} s: ${what}`;
    })
    .join('\n');
}

function replay(plan: CampaignPlan, options: FuzzOptions): ExitCode {
  const [, chunk, place] = /^(\d+):(\d+)$/.exec(options.replay ?? '') ?? [];
  const [invariant] = options.property;
  const isWhole = Number(place) < chunkSize && options.property.length === 1;
  if (chunk === undefined || place === undefined || invariant === undefined || !isWhole) {
    throw new BadInput(
      `--replay ${options.replay ?? ''}: it needs the chunk, the place in it (0 to ${chunkSize - 1}) and one --property\n  expected: --replay 3:17 --property no-in-no-states, as a report prints it`,
    );
  }
  tellFailure(plan, options, { chunk: Number(chunk), place: Number(place), invariant });
  return exitCode.violated;
}
