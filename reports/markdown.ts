import type { ReportDocument, ReportOutcome, ReportTable } from './document.ts';

/** A document as Markdown, for a change ticket. */
export function markdownReport(document: ReportDocument): string {
  const { title, outcome, summary, repeat, cases, tables } = document;
  const parts = [
    `# ${escapeMarkdown(title)}`,
    `**${words[outcome]}**: ${escapeMarkdown(summary)}`,
    `Found by \`${repeat.replaceAll('`', "'")}\`.`,
    ...(cases.length > 1
      ? [table({ title: 'Runs', head: ['run', 'outcome', 'found'], rows: cases.map(caseRow) })]
      : []),
    ...cases
      .filter(({ detail }) => detail.length > 1)
      .map(({ name, detail }) => `## ${escapeMarkdown(name)}\n\n${codeBlock(detail)}`),
    ...tables.map(table),
  ];
  return parts.join('\n\n') + '\n';
}

const words: Readonly<Record<ReportOutcome, string>> = {
  holds: 'Holds',
  violated: 'Violated',
  inconclusive: 'Inconclusive',
};

function caseRow({ name, outcome, message }: ReportDocument['cases'][number]): readonly string[] {
  return [name, outcome, message];
}

function table({ title, head, rows }: ReportTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const rule = `|${head.map(() => '---|').join('')}`;
  return [`## ${escapeMarkdown(title)}`, '', line(head), rule, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return escapeMarkdown(text).replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

/** A fence longer than any in the text. */
function codeBlock(lines: readonly string[]): string {
  const text = lines.join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>#]/g, (sign) => `\\${sign}`);
}
