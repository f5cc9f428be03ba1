import type { AgentChunk, CaseResult, Likeness } from '../properties/index.ts';
import type { ReportCase, ReportDocument, ReportOutcome } from './document.ts';
import { sourceText } from './lesson.ts';

/** What became of an agent in the suite, and in the campaign after it. */
export interface AgentTested {
  readonly name: string;
  /** Failures first, the most telling of them first. */
  readonly results: readonly CaseResult[];
  /** Whether a scenario is one that the agent is known to fail: it does not count. */
  readonly isKnown: (id: string) => boolean;
  /** Agents that had an incident, the most alike first. */
  readonly likenesses: readonly Likeness[];
  /** Undefined: none was run. */
  readonly campaign: AgentChunk | undefined;
  /** The command that finds the same again. */
  readonly repeat: string;
}

/** The incident that the agent's failures are most like, in one line; undefined: like none. */
export function likenessText([best]: readonly Likeness[]): string | undefined {
  if (best === undefined) return undefined;
  const incidents = best.incidents.map(
    ({ title, sources }) => `${title} (${sources.map(sourceText).join(', ')})`,
  );
  return `most like the public incident: ${incidents.join('; ')}: the same losses and keys in ${best.same} of ${best.of} failures`;
}

/** What the campaign came to, in lines; the first one alone says it. */
export function campaignLines(campaign: AgentChunk): readonly string[] {
  switch (campaign.kind) {
    case 'holds':
      return [`campaign: ${campaign.runs} generated cases, no invariant violated`];
    case 'fault':
      return [`campaign: in case ${campaign.runs}: ${campaign.reason}`];
    case 'violated':
      return [
        `campaign: case ${campaign.runs} violates ${campaign.findings.map(({ invariant }) => invariant).join(', ')}`,
        ...campaign.findings.map(({ at, what }) => `  ${at / 1_000_000} s  ${what}`),
      ];
  }
}

/** The test of an agent as a document: a case for each scenario, and one for the campaign. */
export function agentDocument(
  tested: AgentTested,
  detailsOf: (result: CaseResult) => readonly string[],
): ReportDocument {
  const { name, results, isKnown, campaign, repeat } = tested;
  const cases = results.map((result): ReportCase => {
    const detail = detailsOf(result);
    const known = isKnown(result.suiteCase.id) ? 'known: ' : '';
    return {
      name: result.suiteCase.id,
      outcome: known === '' ? outcomeOf(result) : 'holds',
      message: `${known}${result.outcome.kind}${detail[0] === undefined ? '' : `: ${detail[0]}`}`,
      detail: detail.slice(1),
    };
  });
  const all = campaign === undefined ? cases : [...cases, campaignCase(campaign)];
  const has = (outcome: ReportOutcome): boolean => all.some((one) => one.outcome === outcome);
  return {
    title: `The agent ${name}`,
    outcome: has('violated') ? 'violated' : has('inconclusive') ? 'inconclusive' : 'holds',
    summary: agentSummary(tested),
    file: 'keyturn agent test',
    repeat,
    cases: all,
    tables: [],
    json: agentJson(tested, detailsOf),
    run: undefined,
  };
}

/** How many scenarios, and what the failures are most like. */
export function agentSummary({ name, results, likenesses }: AgentTested): string {
  const failed = results.filter(({ outcome }) => outcome.kind !== 'survived').length;
  const like = likenessText(likenesses);
  const counts = `${name}: ${results.length} scenarios, ${failed} not survived`;
  return like === undefined ? counts : `${counts}; ${like}`;
}

/** The same as data. */
export function agentJson(
  { name, results, isKnown, likenesses, campaign }: AgentTested,
  detailsOf: (result: CaseResult) => readonly string[],
): string {
  const cases = results.map((result) => ({
    id: result.suiteCase.id,
    outcome: result.outcome.kind,
    known: isKnown(result.suiteCase.id),
    digest: result.digest,
    details: detailsOf(result),
  }));
  const like = likenesses.map(({ incidents, same, of }) => ({
    incidents: incidents.map(({ id }) => id),
    same,
    of,
  }));
  return `${JSON.stringify({ agent: name, likeIncidents: like, cases, campaign: campaign === undefined ? null : campaignData(campaign) }, null, 2)}\n`;
}

function campaignData(campaign: AgentChunk): object {
  if (campaign.kind !== 'violated') return campaign;
  const { kind, runs, findings } = campaign;
  return { kind, runs, findings };
}

function campaignCase(campaign: AgentChunk): ReportCase {
  const [message = '', ...detail] = campaignLines(campaign);
  const outcome = campaign.kind === 'holds' ? 'holds' : 'violated';
  return { name: 'campaign', outcome, message, detail };
}

function outcomeOf({ outcome }: CaseResult): ReportOutcome {
  if (outcome.kind === 'survived') return 'holds';
  return outcome.kind === 'inconclusive' ? 'inconclusive' : 'violated';
}
