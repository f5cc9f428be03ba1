import { resolve } from 'node:path';
import { type Rehearsal, rehearseAndHeal } from '../../properties/index.ts';
import { runDocument, runJson, runReport } from '../../reports/index.ts';
import { jsonLines, traceFirstLine, traceLastLine } from '../../sim/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput } from '../failure.ts';
import { paintFor } from '../paint.ts';
import { commandLine } from '../quote.ts';
import { readHealthyScenario, readScenario, scenarioPath } from '../read-scenario.ts';
import { assertReportable, writeReport } from '../report-file.ts';
import { WholeFile } from '../write-files.ts';

export interface RunOptions {
  readonly seed?: string;
  readonly trace?: string;
  readonly report?: string;
  readonly json?: true;
  /** Without what is broken in the scenario. */
  readonly healthy?: true;
}

/** `keyturn run`: one run of a scenario. */
export function run(path: string, options: RunOptions): ExitCode {
  const healthy = options.healthy === true;
  const loaded = healthy ? readHealthyScenario(path) : readScenario(path);
  const scenario = { ...loaded, seed: options.seed ?? loaded.seed };
  assertReportable(options.report);
  const traceFile =
    options.trace === undefined ? undefined : traceTo(options.trace, scenarioPath(path));
  traceFile?.writeLine(traceFirstLine(scenario));
  const rehearsal = rehearseAndHeal(scenario, {
    observe: (trace) => {
      if (traceFile === undefined) return;
      trace.observeAll(
        jsonLines(trace, (line) => {
          traceFile.writeLine(line);
        }),
      );
    },
  });
  traceFile?.writeLine(traceLastLine(rehearsal.run));
  traceFile?.finish();
  const flags = healthy ? ['--healthy'] : [];
  const repeat = commandLine(['keyturn', 'run', path, ...flags, '--seed', scenario.seed]);
  writeReport(options.report, runDocument(rehearsal, { file: path, repeat }));
  const paint = paintFor(process.env, process.stdout.isTTY);
  process.stdout.write(
    options.json === true ? runJson(rehearsal) : runReport(rehearsal, { repeat, paint }),
  );
  return exitCodeOf(rehearsal);
}

function traceTo(trace: string, scenario: string): WholeFile {
  if (resolve(trace) === resolve(scenario)) {
    throw new BadInput(
      `${trace}: this is the scenario itself\n  expected: another file for the trace`,
    );
  }
  return new WholeFile(trace);
}

/** A scenario that says what it expects holds if that is so; another one, if it is safe. */
function exitCodeOf({ run: done, verdict, deviations }: Rehearsal): ExitCode {
  const { expect } = done.scenario;
  if (verdict.kind === 'inconclusive') return exitCode.inconclusive;
  if (deviations.length > 0) return exitCode.violated;
  if (expect.verdict !== undefined) return exitCode.holds;
  return verdict.kind === 'safe' ? exitCode.holds : exitCode.violated;
}
