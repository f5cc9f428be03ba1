import type { Finding, Invariant } from '../properties/index.ts';
import type { ReportCase, ReportDocument, ReportOutcome } from './document.ts';
import { campaignReport, type CampaignView } from './terminal/campaign-report.ts';

const formatVersion = 1;

/** What a campaign came to, besides what it counted. */
export interface CampaignEnd {
  readonly outcome: ReportOutcome;
  readonly repeat: string;
  /** What the smallest case violates; nothing where all held. */
  readonly findings: readonly Finding[];
  /** Where that case is, and it as text; undefined where there is none. */
  readonly smallest: { readonly file: string; readonly text: string } | undefined;
}

/** A campaign as a document: a case for each property. */
export function campaignDocument(view: CampaignView, end: CampaignEnd): ReportDocument {
  const { held, results } = view;
  const { outcome, repeat, findings, smallest } = end;
  const runs = results.reduce((sum, result) => sum + result.runs, 0);
  const cases = held.map((invariant) => caseOf(invariant, view, end));
  const summary = campaignReport(view).trimEnd().split('\n').at(-1) ?? '';
  const json = {
    ...{ formatVersion, kind: 'campaign', runs, outcome },
    properties: held.map(({ id, kind }, index) => ({
      ...{ id, kind, outcome: cases[index]?.outcome },
      ...(kind === 'sometimes' ? { reached: reachedIn(view, id) } : {}),
    })),
    findings,
    counterexample: smallest?.file,
    repeat,
  };
  return {
    ...{ title: 'A campaign', outcome, summary, repeat, cases, tables: [], run: undefined },
    file: smallest?.file ?? '',
    json: `${JSON.stringify(json, undefined, 2)}\n`,
  };
}

function reachedIn({ results }: CampaignView, id: string): number {
  return results.reduce((sum, { reached }) => sum + (reached[id] ?? 0), 0);
}

function caseOf(
  { id, kind, sentence }: Invariant,
  view: CampaignView,
  { outcome, findings, smallest }: CampaignEnd,
): ReportCase {
  const name = `${id}: ${sentence}`;
  if (kind === 'sometimes') {
    const count = reachedIn(view, id);
    if (count > 0) return { name, outcome: 'holds', message: `in ${count} runs`, detail: [] };
    // Whether that says much, the command decides by the number of runs.
    return { name, outcome, message: 'never reached', detail: [] };
  }
  const finding = findings.find(({ invariant }) => invariant === id);
  if (finding === undefined) return { name, outcome: 'holds', message: 'held', detail: [] };
  return {
    name,
    outcome: 'violated',
    message: `at ${finding.at / 1_000_000} s: ${finding.what}`,
    detail: smallest?.text.trimEnd().split('\n') ?? [],
  };
}
