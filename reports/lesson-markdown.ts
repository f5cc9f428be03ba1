import { type LessonCard, page, sourceText, sourceUrl } from './lesson.ts';
import { pageCoverage } from './page-coverage.ts';
import { outcomeText } from './terminal/lesson-report.ts';

const made = '<!-- Made by `npm run docs` from scenarios/. Edit those instead. -->';

/** The pages of docs/failure-modes/: their paths in that folder, and their texts. */
export function failureModePages(cards: readonly LessonCard[]): ReadonlyMap<string, string> {
  return new Map([
    ['README.md', indexPage(cards)],
    ['encryption-ipsec-page.md', coveragePage()],
    ...cards.map((card): [string, string] => [`${card.id}.md`, lessonPage(card)]),
  ]);
}

function indexPage(cards: readonly LessonCard[]): string {
  const folders = [...new Set(cards.map(({ id }) => id.slice(0, id.lastIndexOf('/'))))];
  const sections = folders.flatMap((folder) => {
    const inside = cards.filter(({ id }) => id.slice(0, id.lastIndexOf('/')) === folder);
    const items = inside.map(({ id, title, counters }) => {
      const shown = counters.length === 0 ? '' : `: ${counters.map(code).join(', ')}`;
      return `- [${title}](${id}.md)${shown}`;
    });
    return ['', `## ${folder}`, '', ...items];
  });
  return wholePage([
    '# Failure modes',
    '',
    'Each is a scenario: `keyturn run ID` runs it, `keyturn explain COUNTER` lists those that end in a counter.',
    `[encryption-ipsec-page.md](encryption-ipsec-page.md) says which of them shows which sentence of ${page.name}.`,
    ...sections,
  ]);
}

function coveragePage(): string {
  const sections = [...new Set(pageCoverage.map(({ section }) => section))];
  return wholePage([
    `# ${page.name}: what shows it`,
    '',
    `Sentence by sentence, [the page](${page.url}) (${page.file}) and the scenarios.`,
    ...sections.flatMap((section) => [
      '',
      `## ${section}`,
      '',
      '| the page says | shown by |',
      '|---|---|',
      ...pageCoverage
        .filter((row) => row.section === section)
        .map(({ says, scenarios, note }) => {
          const links = scenarios.map((id) => `[${id}](${id}.md)`).join(', ');
          const shown = [links, note ?? ''].filter((part) => part !== '').join('; ');
          return `| ${says} | ${shown} |`;
        }),
    ]),
  ]);
}

function lessonPage(card: LessonCard): string {
  const { id, title, lesson } = card;
  const { disagreement } = lesson;
  return wholePage([
    `# ${title}`,
    '',
    `\`keyturn run ${id}\`: ${outcomeText(card)}`,
    ...section('What one sees', lesson.sees.map(bullet)),
    ...section(
      'Why',
      lesson.why.map((step, index) => `${index + 1}. ${step}`),
    ),
    ...section('How to tell it from others', lesson.telltale === '' ? [] : [lesson.telltale]),
    ...section('Remedy', lesson.remedy === '' ? [] : [lesson.remedy]),
    ...section(
      'Where the documentation says something else',
      disagreement === undefined
        ? []
        : [
            `> ${disagreement.says}`,
            '',
            `(${linked({ kind: 'page', section: disagreement.section })})`,
            '',
            disagreement.happens,
            '',
            ...disagreement.sources.map((source) => bullet(linked(source))),
          ],
    ),
    ...section(
      'Sources',
      lesson.sources.map((source) => bullet(linked(source))),
    ),
  ]);
}

function wholePage(lines: readonly string[]): string {
  return `${made}\n\n${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];
}

function bullet(text: string): string {
  return `- ${text}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function linked(source: LessonCard['lesson']['sources'][number]): string {
  const url = sourceUrl(source);
  return url === undefined ? sourceText(source) : `[${sourceText(source)}](${url})`;
}
