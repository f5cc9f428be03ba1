import { existsSync, readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import {
  chromeTrace,
  githubReport,
  junitReport,
  labPage,
  markdownReport,
  mermaidReport,
  type Recorded,
  type ReportDocument,
} from '../reports/index.ts';
import { BadInput } from './failure.ts';
import type { ReportFormat } from './report-formats.ts';
import { assertWritable, writeTogether } from './write-files.ts';

const formatOfEnding: Readonly<Record<string, ReportFormat>> = {
  '.md': 'markdown',
  '.json': 'json',
  '.xml': 'junit',
  '.html': 'html',
};

/** The format that the name of a report's file asks for. */
export function formatOf(path: string): ReportFormat {
  const format = formatOfEnding[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new BadInput(
    `--report ${path}: its ending names no format\n  expected: ${Object.keys(formatOfEnding).join(', ')}\n  hint: for other formats write a trace and use keyturn report`,
  );
}

/**
 * Says before anything is run whether a report can be written there: the check that a command with
 * `--report` makes first.
 */
export function assertReportable(path: string | undefined): void {
  if (path === undefined) return;
  formatOf(path);
  assertWritable(path);
}

/** Writes a document in the format of the file's ending, whole or not at all. */
export function writeReport(path: string | undefined, document: ReportDocument): void {
  if (path === undefined) return;
  writeTogether([{ path, text: renderReport(formatOf(path), document, undefined) }]);
}

/** A document in one of the formats; pictures of a run need its recording. */
export function renderReport(
  format: ReportFormat,
  document: ReportDocument,
  recorded: Recorded | undefined,
): string {
  switch (format) {
    case 'markdown':
      return markdownReport(document);
    case 'json':
      return document.json;
    case 'junit':
      return junitReport(document);
    case 'github':
      return githubReport(document);
    case 'html':
      return htmlReport(document, recorded);
    case 'chrome-trace':
    case 'mermaid':
      if (recorded === undefined)
        throw new BadInput(`--format ${format}: it needs the trace of one run`);
      return format === 'mermaid' ? mermaidReport(recorded.rehearsal) : chromeTrace(recorded);
  }
}

function htmlReport({ run, title }: ReportDocument, recorded: Recorded | undefined): string {
  if (run === undefined) throw new BadInput(`${title}: there is no run to show as a page`);
  return labPage(labTemplate(), { scenario: run, digest: recorded?.rehearsal.run.digest });
}

/** The lab's page as `npm run build` made it, beside the compiled command. */
export function labTemplate(): string {
  const here = new URL('../reports/lab/lab.html', import.meta.url);
  const path = existsSync(here) ? here : new URL('../dist/reports/lab/lab.html', import.meta.url);
  if (!existsSync(path)) {
    throw new BadInput(
      `${basename(path.pathname)}: the lab page is not built\n  hint: npm run build makes it`,
    );
  }
  return readFileSync(path, 'utf8');
}
