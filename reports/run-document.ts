import type { Check, Rehearsal } from '../properties/index.ts';
import type { ReportCase, ReportDocument, ReportOutcome, ReportTable } from './document.ts';
import { instantText } from './instant-text.ts';
import { checkJson, runJson } from './json.ts';
import { plain } from './terminal/paint.ts';
import {
  counterRows,
  keyRows,
  lossHead,
  lossRows,
  packetText,
  scenarioLines,
} from './terminal/run-report.ts';
import { timelineRows } from './terminal/timeline-rows.ts';
import { judgementLines, verdictLines } from './terminal/verdict-lines.ts';

interface Named {
  readonly file: string;
  readonly repeat: string;
}

/** A run as a document. It holds where it is as its scenario expects, or safe if that says nothing. */
export function runDocument(rehearsal: Rehearsal, { file, repeat }: Named): ReportDocument {
  const { run } = rehearsal;
  const outcome = outcomeOf(rehearsal);
  return {
    title: run.scenario.title,
    outcome,
    summary: summaryOf(rehearsal),
    file,
    repeat,
    cases: [caseOf(rehearsal, outcome)],
    tables: [
      {
        title: 'Facts',
        head: ['what', 'value'],
        rows: [
          ...scenarioLines(run.scenario).map((line) => ['cluster', line.trim()]),
          ['seed', run.scenario.seed],
          ['digest', run.digest],
          ['packets', packetText(run)],
        ],
      },
      ...runTables(rehearsal),
    ],
    json: runJson(rehearsal),
    run: run.scenario,
  };
}

/** Many runs as a document: a case for each seed, the worst with its evidence. */
export function checkDocument(check: Check, { file, repeat }: Named): ReportDocument {
  const { worst, runs, verdict } = check;
  const { scenario } = worst.run;
  const expected = scenario.expect.verdict ?? 'safe';
  const judged = (found: string): ReportOutcome =>
    found === 'inconclusive' ? 'inconclusive' : found === expected ? 'holds' : 'violated';
  const count = runs.filter((run) => run.verdict === 'unsafe').length;
  return {
    title: scenario.title,
    outcome: judged(verdict),
    summary: `${verdict}: ${count} of ${runs.length} runs lost packets`,
    file,
    repeat,
    cases: runs.map((run) =>
      run.seed === scenario.seed
        ? { ...caseOf(worst, judged(run.verdict)), name: `seed ${run.seed}` }
        : {
            name: `seed ${run.seed}`,
            outcome: judged(run.verdict),
            message: run.verdict,
            detail: [`digest ${run.digest}`],
          },
    ),
    tables: runTables(worst).map((table) => ({
      ...table,
      title: `${table.title} (seed ${scenario.seed})`,
    })),
    json: checkJson(check),
    run: scenario,
  };
}

/** A scenario that says what it expects holds if that is so; another one, if it is safe. */
export function outcomeOf({ run, verdict, deviations }: Rehearsal): ReportOutcome {
  if (verdict.kind === 'inconclusive') return 'inconclusive';
  if (deviations.length > 0) return 'violated';
  return run.scenario.expect.verdict !== undefined || verdict.kind === 'safe'
    ? 'holds'
    : 'violated';
}

function summaryOf(rehearsal: Rehearsal): string {
  const [line = ''] = judgementLines(rehearsal, plain);
  return line.replace(/^verdict {2}/, '');
}

function caseOf(rehearsal: Rehearsal, outcome: ReportOutcome): ReportCase {
  const { scenario } = rehearsal.run;
  return {
    name: `${scenario.title}, seed ${scenario.seed}`,
    outcome,
    message: summaryOf(rehearsal),
    detail: verdictLines(rehearsal, plain),
  };
}

function runTables({ run, verdict, timeline }: Rehearsal): readonly ReportTable[] {
  const tables: ReportTable[] = [];
  if (verdict.kind === 'unsafe') {
    tables.push({
      title: 'Why the first packet was lost',
      head: ['when', 'where', 'what'],
      rows: verdict.firstLoss.causes.map(({ at, node, what }) => [
        instantText(at),
        node ?? 'API server',
        what,
      ]),
    });
  }
  tables.push(
    { title: 'What happened', head: ['when', 'where', 'what'], rows: timelineRows(timeline) },
    { title: 'Keys in use', head: ['node', 'cilium-dbg encrypt status'], rows: keyRows(run) },
    { title: 'Counters', head: ['node', '/proc/net/xfrm_stat'], rows: counterRows(run) },
    { title: 'Lost packets', head: lossHead, rows: lossRows(run).map((row) => row.map(String)) },
  );
  return tables.filter(({ rows }) => rows.length > 0);
}
