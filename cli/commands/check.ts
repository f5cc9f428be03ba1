import { check as checkScenario, type Check } from '../../properties/index.ts';
import { checkDocument, checkJson, checkReport } from '../../reports/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { paintFor } from '../paint.ts';
import { commandLine } from '../quote.ts';
import { readScenario } from '../read-scenario.ts';
import { assertReportable, writeReport } from '../report-file.ts';

export interface CheckOptions {
  readonly runs: number;
  readonly seed?: string;
  readonly report?: string;
  readonly json?: true;
}

/** `keyturn check`: many runs of a scenario, each with another seed. */
export function check(path: string, options: CheckOptions): ExitCode {
  const loaded = readScenario(path);
  const scenario = { ...loaded, seed: options.seed ?? loaded.seed };
  assertReportable(options.report);
  const checked = checkScenario(scenario, options.runs, progressTo(options.runs));
  const repeat = commandLine(['keyturn', 'run', path, '--seed', checked.worst.run.scenario.seed]);
  writeReport(options.report, checkDocument(checked, { file: path, repeat }));
  const paint = paintFor(process.env, process.stdout.isTTY);
  process.stdout.write(
    options.json === true ? checkJson(checked) : checkReport(checked, { repeat, paint }),
  );
  return exitCodeOf(checked);
}

/**
 * What the scenario expects of its verdict decides where it says so: a scenario that is meant to
 * fail holds if it does.
 */
function exitCodeOf({ verdict, worst }: Check): ExitCode {
  if (verdict === 'inconclusive') return exitCode.inconclusive;
  const expected = worst.run.scenario.expect.verdict ?? 'safe';
  return verdict === expected ? exitCode.holds : exitCode.violated;
}

function progressTo(runs: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done) => {
    process.stderr.write(done === runs ? '\r\u001b[K' : `\r${done} of ${runs} runs`);
  };
}
