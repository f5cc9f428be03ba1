export { instantText, spanText } from './instant-text.ts';
export { checkJson, runJson } from './json.ts';
export { checkReport } from './terminal/check-report.ts';
export { coloured, type Paint, plain } from './terminal/paint.ts';
export { runReport } from './terminal/run-report.ts';
