export {
  agentDocument,
  agentJson,
  agentSummary,
  type AgentTested,
  campaignLines,
  likenessText,
} from './agent-document.ts';
export { chromeTrace } from './chrome-trace.ts';
export type { ReportCase, ReportDocument, ReportOutcome, ReportTable } from './document.ts';
export { githubReport } from './github.ts';
export { instantText, spanText } from './instant-text.ts';
export { checkJson, runJson } from './json.ts';
export { junitReport } from './junit.ts';
export { labPage, type LabContent } from './lab-page.ts';
export { markdownReport } from './markdown.ts';
export { mermaidReport } from './mermaid.ts';
export { encryptStatus, xfrmStat, xfrmState } from './node-panel.ts';
export { checkDocument, outcomeOf, runDocument } from './run-document.ts';
export { atSender } from './run/drop-series.ts';
export { type Recorded, Recording } from './run/recording.ts';
export type { KeySpan, KeyUse, PairKeyChange } from './run/key-lives.ts';
export { type ChartChange, ChartStates } from './run/chart-states.ts';
export type { Drops } from './run/drop-series.ts';
export { invariantsPage } from './invariants-page.ts';
export { failureModePages } from './lesson-markdown.ts';
export { type CoveredSentence, pageCoverage } from './page-coverage.ts';
export { type LessonCard, page, sourceText, sourceUrl } from './lesson.ts';
export { checkReport } from './terminal/check-report.ts';
export { causesReport, lessonReport, libraryReport } from './terminal/lesson-report.ts';
export { coloured, type Paint, plain } from './terminal/paint.ts';
export { runReport } from './terminal/run-report.ts';
export { whatOf } from './terminal/timeline-rows.ts';
export { campaignDocument, type CampaignEnd } from './campaign-document.ts';
export { planDocument } from './plan-document.ts';
export { planJson, sweepJson } from './plan-json.ts';
export { sweepPage } from './sweep-page.ts';
export { sweepPlot } from './svg/sweep-plot.ts';
export { sweepReport } from './terminal/sweep-report.ts';
export { planReport } from './terminal/plan-report.ts';
export { campaignReport, type CampaignView } from './terminal/campaign-report.ts';
export { type MutantRow, mutantsReport } from './terminal/mutants-report.ts';
export { type Compared, comparisonJson, comparisonReport } from './terminal/comparison-report.ts';
