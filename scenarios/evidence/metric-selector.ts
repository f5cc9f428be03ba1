import { failure, type Result, success } from '../../model/result.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Problem } from '../problem.ts';
import { type MeasurableDelay, measurableDelays } from './findings.ts';
import { type Labels, parseSeries } from './series.ts';

/** Which histogram is which delay: the series of this name that have these labels. */
export interface MetricSelector {
  readonly delay: MeasurableDelay;
  readonly name: string;
  readonly labels: Labels;
}

export const metricExpected = 'DELAY=NAME or DELAY=NAME{LABEL="VALUE"}';

/** Reads `watch=x_seconds{cluster="east"}`. Fails with `BAD_METRIC`. */
export function parseMetricSelector(text: string): Result<MetricSelector, Problem> {
  const bad = (hint: string) =>
    failure({
      code: 'BAD_METRIC',
      message: 'this does not say which histogram is which delay',
      expected: metricExpected,
      hint,
    });
  const [, written = '', rest = ''] = /^(\w+)=(.*)$/.exec(text) ?? [];
  const delay = measurableDelays.find((known) => known === written);
  if (delay === undefined) {
    const near = written === '' ? '' : didYouMean(written, measurableDelays);
    return bad(near === '' ? `the delays are ${measurableDelays.join(', ')}` : near);
  }
  const series = parseSeries(rest);
  if (series === undefined || series.rest !== '')
    return bad('labels are matched for equality alone');
  return success({ delay, name: series.name, labels: series.labels });
}

export function matches(selector: MetricSelector, name: string, labels: Labels): boolean {
  if (selector.name !== name) return false;
  return [...selector.labels].every(([label, value]) => labels.get(label) === value);
}
