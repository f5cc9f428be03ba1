import { readSource, shown, type SourceDocument } from '../inventory/source-document.ts';
import { addBucket, addSeries, type Buckets, numberOf } from './buckets.ts';
import type { Fault } from './fault.ts';
import type { EvidenceReader, Findings } from './findings.ts';
import { matches, type MetricSelector } from './metric-selector.ts';
import { seriesKey } from './series.ts';

/** JSON is read whole; this bounds the memory. */
const longestText = 1 << 26;

type Path = readonly (string | number)[];

/** A bucket of a series: how many observations were made at or below its bound. */
interface Bucket {
  readonly le: string;
  readonly count: number;
  readonly path: Path;
}

/**
 * Reads the answer of Prometheus's /api/v1/query_range, or /api/v1/query, to a query of `_bucket`
 * series. Over a range the increase counts: what was observed in it. A count that falls is a restart.
 */
export function queryResultReader(
  findings: Findings,
  metrics: readonly MetricSelector[],
  file: string,
): EvidenceReader {
  const lines: string[] = [];
  let length = 0;
  const read = (line: string): Fault | undefined => {
    lines.push(line);
    length += line.length + 1;
    if (length <= longestText) return undefined;
    return {
      message: 'the answer is too long to be read',
      expected: `at most ${longestText >> 20} million characters`,
      hint: 'query a shorter range, in longer steps, or sum by (le)',
    };
  };
  const end = (): Fault | undefined => {
    const source = readSource({ file, text: lines.join('\n') });
    if (source.ok) return readAnswer(source.value, findings, metrics);
    const { message, expected, line } = source.error;
    return { message, expected, ...(line === undefined ? {} : { line }), hint: 'was it cut off?' };
  };
  return { form: "an answer of Prometheus's HTTP API", read, end };
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readAnswer(
  source: SourceDocument,
  findings: Findings,
  metrics: readonly MetricSelector[],
): Fault | undefined {
  const fail = (path: Path, message: string, expected: string, hint = ''): Fault => {
    const position = source.positionOf(path);
    return { message, expected, hint, path, ...(position === undefined ? {} : position) };
  };
  const answer = isFields(source.content) ? source.content : {};
  if (answer['status'] === 'error') {
    return fail(['error'], `Prometheus refused the query: ${shown(answer['error'])}`, 'an answer');
  }
  const data = isFields(answer['data']) ? answer['data'] : {};
  const result = data['result'];
  if (!Array.isArray(result)) return fail(['data'], 'there is no data.result', 'a list of series');
  const series = new Map<
    string,
    { readonly selector: MetricSelector; readonly buckets: Bucket[] }
  >();
  for (const [index, item] of (result as readonly unknown[]).entries()) {
    const path = ['data', 'result', index];
    const entry = readSeries(item, findings, metrics);
    if (entry === undefined) continue;
    if ('message' in entry) return fail(path, entry.message, entry.expected, entry.hint);
    const known = series.get(entry.key) ?? { selector: entry.selector, buckets: [] };
    known.buckets.push({ le: entry.le, count: entry.count, path });
    series.set(entry.key, known);
  }
  for (const { selector, buckets } of series.values()) {
    const sorted = buckets.toSorted((one, other) => boundOf(one) - boundOf(other));
    const whole: Buckets = { bounds: [], cumulative: [] };
    for (const { le, count, path } of sorted) {
      const fault = addBucket(whole, le, count);
      if (fault !== undefined) return fail(path, fault.message, fault.expected, fault.hint);
    }
    const fault = addSeries(findings, { selector, unit: undefined }, whole);
    if (fault !== undefined)
      return fail(sorted[0]?.path ?? [], fault.message, fault.expected, fault.hint);
  }
  return undefined;
}

/** The open bucket is the last, whatever its neighbours: Infinity less Infinity is no order. */
function boundOf({ le }: Bucket): number {
  return Math.min(numberOf(le) ?? 0, Number.MAX_VALUE);
}

interface SeriesEntry {
  readonly key: string;
  readonly selector: MetricSelector;
  readonly le: string;
  readonly count: number;
}

function readSeries(
  item: unknown,
  { histogramNames }: Findings,
  metrics: readonly MetricSelector[],
): SeriesEntry | Fault | undefined {
  const fields = isFields(item) ? item : {};
  const metric = isFields(fields['metric']) ? fields['metric'] : {};
  const labels = new Map<string, string>();
  for (const [label, value] of Object.entries(metric)) labels.set(label, String(value));
  const full = labels.get('__name__');
  if (full === undefined) return nameless;
  if (fields['histograms'] !== undefined) return native;
  if (!full.endsWith('_bucket')) return undefined;
  const name = full.slice(0, -'_bucket'.length);
  histogramNames.add(name);
  const selector = metrics.find((one) => matches(one, name, labels));
  if (selector === undefined) return undefined;
  const le = labels.get('le');
  if (le === undefined) return { message: 'a bucket without le', expected: 'le="BOUND"' };
  const samples = fields['values'] ?? [fields['value']];
  const count = Array.isArray(samples) ? increase(samples) : undefined;
  if (count === undefined) {
    return { message: 'the samples are no numbers', expected: '[TIME, "NUMBER"], one at least' };
  }
  return { key: seriesKey(labels), selector, le, count };
}

const nameless: Fault = {
  message: 'a series without a name: a rate, an increase, or a sum',
  expected: 'the _bucket series themselves',
  hint: 'label_replace(sum by (le) (X_bucket), "__name__", "X_bucket", "", "") gives a sum its name',
};

const native: Fault = {
  message: 'native histograms are not read',
  expected: 'series with buckets: X_bucket',
};

/** Of one sample: all that it counted. */
function increase(samples: readonly unknown[]): number | undefined {
  let sum = 0;
  let before: number | undefined;
  for (const sample of samples) {
    const value = Array.isArray(sample) ? numberOf(String(sample[1])) : undefined;
    if (value === undefined) return undefined;
    if (before !== undefined) sum += value >= before ? value - before : value;
    before = value;
  }
  return samples.length === 1 ? before : before === undefined ? undefined : sum;
}
