import type { ReportDocument } from './document.ts';

/**
 * A document as workflow commands of GitHub Actions: an annotation for each case that does not hold,
 * or a notice where all do.
 */
export function githubReport(document: ReportDocument): string {
  const { title, cases, file, summary } = document;
  const found = cases.filter(({ outcome }) => outcome !== 'holds');
  if (found.length === 0) return `::notice ${properties(file, title)}::${data(summary)}\n`;
  return found
    .map(({ name, outcome, message, detail }) => {
      const level = outcome === 'violated' ? 'error' : 'warning';
      return `::${level} ${properties(file, name)}::${data([message, ...detail].join('\n'))}\n`;
    })
    .join('');
}

function properties(file: string, title: string): string {
  return `file=${property(file)},title=${property(title)}`;
}

/** actions/toolkit: packages/core/src/command.ts, escapeData and escapeProperty. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
