export { instantText, spanText } from './instant-text.ts';
export { checkJson, runJson } from './json.ts';
export { type LessonCard, page, sourceText, sourceUrl } from './lesson.ts';
export { checkReport } from './terminal/check-report.ts';
export { causesReport, lessonReport, libraryReport } from './terminal/lesson-report.ts';
export { coloured, type Paint, plain } from './terminal/paint.ts';
export { runReport } from './terminal/run-report.ts';
