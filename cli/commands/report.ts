import { resolve } from 'node:path';
import { runDocument } from '../../reports/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput } from '../failure.ts';
import { commandLine } from '../quote.ts';
import { readTrace } from '../read-trace.ts';
import { renderReport } from '../report-file.ts';
import type { ReportFormat } from '../report-formats.ts';
import { assertWritable, writeTogether } from '../write-files.ts';

export interface ReportOptions {
  readonly format: ReportFormat;
  readonly out?: string;
}

/** `keyturn report`: what a trace tells, in another form. It judges again; it runs nothing. */
export function report(path: string, { format, out }: ReportOptions): ExitCode {
  if (out !== undefined) {
    if (resolve(out) === resolve(path)) {
      throw new BadInput(
        `${out}: this is the trace itself\n  expected: another file for the report`,
      );
    }
    assertWritable(out);
  }
  const recorded = readTrace(path);
  const repeat = commandLine(['keyturn', 'report', path, '--format', format]);
  const document = runDocument(recorded.rehearsal, { file: path, repeat });
  const text = renderReport(format, document, recorded);
  if (out === undefined) process.stdout.write(text);
  else writeTogether([{ path: out, text }]);
  return exitCode.holds;
}
