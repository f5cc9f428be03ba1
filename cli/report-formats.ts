/** The formats of reports, by the names that `--format` takes. */
export const reportFormats = [
  'markdown',
  'json',
  'junit',
  'github',
  'html',
  'chrome-trace',
  'mermaid',
] as const;

export type ReportFormat = (typeof reportFormats)[number];
