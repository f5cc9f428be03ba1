import type { Check } from '../../properties/index.ts';
import { spanText } from '../instant-text.ts';
import { type Paint, plain } from './paint.ts';
import { scenarioLines } from './run-report.ts';
import { judgementLines, marginLine } from './verdict-lines.ts';

export interface CheckReportOptions {
  /** The command that repeats the worst run. */
  readonly repeat: string;
  readonly paint?: Paint;
}

/** Many runs of one scenario, as a terminal shows them. */
export function checkReport(check: Check, options: CheckReportOptions): string {
  const { paint = plain, repeat } = options;
  const { scenario } = check.worst.run;
  const tint = { safe: paint.good, unsafe: paint.bad, inconclusive: paint.unsure }[check.verdict];
  const lines = [
    paint.heading(scenario.title),
    ...scenarioLines(scenario),
    '',
    `runs     ${countsText(check)}`,
    `verdict  ${tint(check.verdict.toUpperCase())}${onlyByMargin(check)}`,
    ...(check.margin === undefined
      ? []
      : [marginLine(check.margin), `         in the run with seed ${check.margin.seed}`]),
    ...neededLines(check),
    ...expectedLines(check, paint),
    '',
    paint.heading(`The worst run: seed ${scenario.seed}`),
    ...judgementLines(check.worst, paint),
    '',
    `digest   ${check.worst.run.digest}`,
    `repeat   ${repeat}`,
  ];
  return lines.join('\n') + '\n';
}

/** Only the verdict is compared: counters and key counts are expected of the scenario's own seed. */
function expectedLines({ verdict, worst }: Check, paint: Paint): readonly string[] {
  const expected = worst.run.scenario.expect.verdict;
  if (expected === undefined) return [];
  const word = expected === verdict ? paint.good('yes') : paint.bad('no');
  return [`expected ${word}: the scenario is meant to be ${expected}`];
}

function countsText({ runs }: Check): string {
  const count = (kind: string): number => runs.filter(({ verdict }) => verdict === kind).length;
  const all = [`${count('safe')} safe`, `${count('unsafe')} unsafe`];
  if (count('inconclusive') > 0) all.push(`${count('inconclusive')} inconclusive`);
  return `${runs.length}: ${all.join(', ')}`;
}

function onlyByMargin({ verdict, runs }: Check): string {
  const lost = runs.some((run) => run.verdict === 'unsafe');
  return verdict === 'unsafe' && !lost ? ': no packet was lost, but a margin is negative' : '';
}

function neededLines({ neededRotationDuration }: Check): readonly string[] {
  if (neededRotationDuration === undefined) return [];
  return [
    `needed   ipsec-key-rotation-duration of at least ${spanText(Math.ceil(neededRotationDuration / 1000) * 1000)} in the worst of these runs`,
  ];
}
