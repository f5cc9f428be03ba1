import { addBucket, addSeries, type Buckets, numberOf } from './buckets.ts';
import type { Fault } from './fault.ts';
import type { EvidenceReader, Findings } from './findings.ts';
import { matches, type MetricSelector } from './metric-selector.ts';
import { parseSeries, type Series, seriesKey } from './series.ts';

/** A series whose buckets are being read. */
interface Open {
  readonly key: string;
  readonly selector: MetricSelector;
  readonly line: number;
  readonly buckets: Buckets;
}

/**
 * Reads Prometheus's text exposition format 0.0.4, or OpenMetrics 1.0: what an agent's /metrics says,
 * or several of them one after another. It keeps one series at a time: the format has the buckets of a
 * series together and in order.
 */
export function expositionReader(
  findings: Findings,
  metrics: readonly MetricSelector[],
): EvidenceReader {
  const units = new Map<string, string>();
  let open: Open | undefined;

  const close = (): Fault | undefined => {
    if (open === undefined) return undefined;
    const { selector, buckets, line } = open;
    open = undefined;
    const fault = addSeries(findings, { selector, unit: units.get(selector.name) }, buckets);
    return fault === undefined ? undefined : { line, ...fault };
  };

  const read = (line: string, number: number): Fault | undefined => {
    if (line.startsWith('#')) {
      const [, name = '', unit = ''] = /^# UNIT (\S+) (\S+)/.exec(line) ?? [];
      if (name !== '') units.set(name, unit);
      return undefined;
    }
    if (line.trim() === '') return undefined;
    const sample = parseSample(line);
    if ('message' in sample) return sample;
    const { series, value } = sample;
    if (series.name.endsWith('_count')) return checkCount(open, sample);
    if (!series.name.endsWith('_bucket')) return undefined;
    const name = series.name.slice(0, -'_bucket'.length);
    if (findings.histogramNames.size < mostNames) findings.histogramNames.add(name);
    const selector = metrics.find((metric) => matches(metric, name, series.labels));
    if (selector === undefined) return undefined;
    const key = name + seriesKey(series.labels);
    const le = series.labels.get('le');
    if (le === undefined) return { message: 'a bucket without le', expected: 'le="BOUND"' };
    if (open?.key !== key || open.buckets.bounds.at(-1) === Infinity) {
      const fault = close();
      if (fault !== undefined) return fault;
      open = { key, selector, line: number, buckets: { bounds: [], cumulative: [] } };
    }
    return addBucket(open.buckets, le, value);
  };

  const end = (): Fault | undefined => close();
  return { form: "Prometheus's text exposition", read, end };
}

const mostNames = 1000;

interface Sample {
  readonly series: Series;
  readonly value: number;
}

/** `name{label="value"} 12 1769860800000`, and what OpenMetrics adds behind `#`: an exemplar. */
function parseSample(line: string): Sample | Fault {
  const series = parseSeries(line);
  const [written = '', time, ...more] = (series?.rest ?? '').replace(/\s+#.*$/, '').split(/\s+/);
  const value = written === 'NaN' ? NaN : numberOf(written);
  if (series === undefined || value === undefined || more.length > 0) return noSample(line);
  if (time !== undefined && numberOf(time) === undefined) return noSample(line);
  return { series, value };
}

function noSample(line: string): Fault {
  const shown = line.length > 60 ? `${line.slice(0, 57)}...` : line;
  return {
    message: `"${shown}" is not a sample`,
    expected: 'NAME{LABEL="VALUE",…} NUMBER, as an agent\'s /metrics has it',
  };
}

/** `_count` says again what the bucket +Inf says: where they differ, the file was tampered with. */
function checkCount(open: Open | undefined, { series, value }: Sample): Fault | undefined {
  const name = series.name.slice(0, -'_count'.length);
  if (open === undefined || open.key !== name + seriesKey(series.labels)) return undefined;
  const last = open.buckets.cumulative.at(-1);
  if (open.buckets.bounds.at(-1) !== Infinity || last === value) return undefined;
  return {
    message: `${series.name} is ${value}, but the bucket le="+Inf" has ${last ?? 0}`,
    expected: 'the same number',
  };
}

/** Whether a file that begins so is an exposition: a comment, or a sample. */
export function looksLikeExposition(firstLine: string): boolean {
  return (
    /^# (HELP|TYPE|UNIT) /.test(firstLine) ||
    /^[a-zA-Z_:][\w:]*(\{.*\})?\s+[+\-\d.]\S*/.test(firstLine)
  );
}
