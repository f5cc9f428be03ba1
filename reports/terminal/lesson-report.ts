import { type LessonCard, page, sourceText } from '../lesson.ts';
import { columns } from './columns.ts';
import { type Paint, plain } from './paint.ts';
import { wrap } from './wrap.ts';

/** The scenarios of a library, a line each. */
export function libraryReport(cards: readonly LessonCard[]): string {
  const rows = cards.map(({ id, outcome, title }) => [id, outcome, title]);
  return `${columns(rows, '').join('\n')}\n`;
}

/** What one scenario teaches. */
export function lessonReport(card: LessonCard, paint: Paint = plain): string {
  const { lesson } = card;
  const lines = [
    paint.heading(card.title),
    `  ${card.id}: ${outcomeText(card)}`,
    ...section(paint, 'What one sees', bullets(lesson.sees)),
    ...section(paint, 'Why', numbers(lesson.why)),
    ...section(paint, 'How to tell it from others', paragraph(lesson.telltale)),
    ...section(paint, 'Remedy', paragraph(lesson.remedy)),
    ...disagreementLines(card, paint),
    ...section(paint, 'Sources', bullets(lesson.sources.map(sourceText))),
  ];
  return `${lines.join('\n')}\n`;
}

/** Every cause that ends in one counter, and how to tell which of them it is. */
export function causesReport(
  counter: string,
  cards: readonly LessonCard[],
  paint: Paint = plain,
): string {
  const count = cards.length === 1 ? 'one scenario ends' : `${cards.length} scenarios end`;
  const lines = [
    `${paint.heading(counter)}: ${count} in it`,
    ...cards.flatMap((card) => [
      '',
      paint.heading(card.title),
      `  ${card.id}: ${outcomeText(card)}`,
      ...labelled('tell by', card.lesson.telltale),
      ...labelled('cause', card.lesson.why[0] ?? ''),
      ...labelled('remedy', card.lesson.remedy),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

export function outcomeText({ outcome, counters, releases }: LessonCard): string {
  const what = outcome === 'unsaid' ? [] : [outcome];
  return [...what, ...counters, ...releases].join(', ');
}

function disagreementLines({ lesson }: LessonCard, paint: Paint): readonly string[] {
  const { disagreement } = lesson;
  if (disagreement === undefined) return [];
  const { says, section: where, happens, sources } = disagreement;
  return section(paint, 'Where the documentation says something else', [
    ...labelled('says', `"${says}" (${page.file}: ${where})`),
    ...labelled('happens', happens),
    ...labelled('seen in', sources.map(sourceText).join('; ')),
  ]);
}

function section(paint: Paint, title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', paint.heading(title), ...lines];
}

function paragraph(text: string): readonly string[] {
  return text === '' ? [] : wrap(text, '  ');
}

function bullets(items: readonly string[]): readonly string[] {
  return items.flatMap((item) => wrap(item, '  - ', '    '));
}

function numbers(items: readonly string[]): readonly string[] {
  return items.flatMap((item, index) => wrap(item, `  ${index + 1}. `, '     '));
}

function labelled(label: string, text: string): readonly string[] {
  return text === '' ? [] : wrap(text, `  ${label.padEnd(9)}`, ' '.repeat(11));
}
