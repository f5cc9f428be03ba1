import { failure, type Result, success } from '../../model/result.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Delay } from '../../sim/index.ts';
import { formatDuration } from '../duration.ts';
import type { InputError } from '../input-error.ts';
import { pathText } from '../inventory/source-document.ts';
import type { Fault } from './fault.ts';
import {
  type EvidenceReader,
  type Findings,
  type MeasurableDelay,
  measurableDelays,
} from './findings.ts';
import { agentLogReader } from './agent-log.ts';
import { fewestObservations, fitDelay } from './fit-delay.ts';
import { expositionReader, looksLikeExposition } from './exposition.ts';
import { fitHistogram, type Histogram, observationsIn } from './histogram.ts';
import { looksLikeLog } from './log-line.ts';
import { metricExpected, type MetricSelector } from './metric-selector.ts';
import { observedTimesHeader, observedTimesReader } from './observed-times.ts';
import { queryResultReader } from './query-result.ts';

/** A file of evidence. Its lines may be read from the disk as they are asked for. */
export interface EvidenceFile {
  readonly name: string;
  readonly lines: Iterable<string>;
}

/** One of the model's delays, as it was measured. */
export interface MeasuredDelay {
  readonly name: MeasurableDelay;
  readonly delay: Delay;
  /** 0: it is part of another, and so none of its own. */
  readonly observations: number;
}

export interface MeasureOptions {
  /** When the secret was written, for each rotation: agents' logs do not tell. */
  readonly written?: readonly Microseconds[];
  /** Which histogram is which delay. */
  readonly metrics?: readonly MetricSelector[];
  /** The longest time there was, where a histogram's last bucket, which is open, is not empty. */
  readonly longest?: Microseconds;
}

export interface Measurement {
  readonly delays: readonly MeasuredDelay[];
  /** Each file with the form in which it was read. */
  readonly forms: readonly { readonly file: string; readonly form: string }[];
  readonly notes: readonly string[];
}

/**
 * The delays that the files show, fitted. Memory: what is kept of a file is its observations, not
 * its lines. Fails with `BAD_EVIDENCE` at the first line that is wrong, and where there are too few
 * observations.
 */
export function measureDelays(
  files: readonly EvidenceFile[],
  options: MeasureOptions = {},
): Result<Measurement, InputError> {
  const findings: Findings = {
    times: new Map(),
    histograms: new Map(),
    histogramNames: new Set(),
    notes: [],
  };
  const forms: { readonly file: string; readonly form: string }[] = [];
  for (const file of files) {
    const read = readFile(file, findings, options);
    if (!read.ok) return read;
    forms.push({ file: file.name, form: read.value });
  }
  const fitted = fitAll(findings, options);
  if (!fitted.ok) {
    return failure(errorAt(files.map(({ name }) => name).join(', '), undefined, fitted.error));
  }
  return success({ delays: fitted.value, forms, notes: findings.notes });
}

/** The form of the file, which its first line with anything in it tells. */
function readFile(
  file: EvidenceFile,
  findings: Findings,
  options: MeasureOptions,
): Result<string, InputError> {
  let reader: EvidenceReader | undefined;
  let number = 0;
  for (const line of file.lines) {
    number += 1;
    if (reader === undefined) {
      if (line.trim() === '') continue;
      reader = readerFor(line, { file: file.name, findings, options });
      if (reader === undefined) return failure(errorAt(file.name, number, unknownForm));
    }
    const fault = reader.read(line, number);
    if (fault !== undefined) return failure(errorAt(file.name, number, fault));
  }
  if (reader === undefined) return failure(errorAt(file.name, undefined, nothingInIt));
  const fault = reader.end();
  return fault === undefined ? success(reader.form) : failure(errorAt(file.name, undefined, fault));
}

interface ReaderContext {
  readonly file: string;
  readonly findings: Findings;
  readonly options: MeasureOptions;
}

function readerFor(firstLine: string, context: ReaderContext): EvidenceReader | undefined {
  const { file, findings, options } = context;
  if (firstLine.replaceAll(/["\s]/g, '') === observedTimesHeader) {
    return observedTimesReader(findings);
  }
  const { metrics = [] } = options;
  if (/^\s*\{\s*("(status|data)"\s*:|$)/.test(firstLine)) {
    return queryResultReader(findings, metrics, file);
  }
  if (looksLikeExposition(firstLine)) return expositionReader(findings, metrics);
  if (looksLikeLog(firstLine)) {
    const written = (options.written ?? []).toSorted((a, b) => a - b);
    return agentLogReader(findings, { node: nameOf(file), written });
  }
  return undefined;
}

/** `logs/n1.log` is the log of n1. */
function nameOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
}

const unknownForm: Fault = {
  message: 'this is no evidence that keyturn can read',
  expected: `a CSV that begins with ${observedTimesHeader}, an agent's log, or what Prometheus says`,
  hint: 'see docs/measured-delays.md',
};

const nothingInIt: Fault = { message: 'there are no samples: the file is empty', expected: '' };

function errorAt(file: string, line: number | undefined, fault: Fault): InputError {
  const { message, expected, hint = '' } = fault;
  const path = pathText(fault.path ?? []);
  const place = { file, line: fault.line ?? line, column: fault.column, path };
  return { code: 'BAD_EVIDENCE', message, expected, hint, ...place };
}

function fitAll(
  findings: Findings,
  options: MeasureOptions,
): Result<readonly MeasuredDelay[], Fault> {
  const { times, histograms } = findings;
  const both = times.get('secretSyncAndLoad');
  if (both !== undefined && (times.has('secretSync') || times.has('load'))) {
    return failure(mixedEvidence);
  }
  const missing = missingMetric(findings, options.metrics ?? []);
  if (missing !== undefined) return failure(missing);
  const delays: MeasuredDelay[] = [];
  for (const name of measurableDelays) {
    const observed = times.get(name) ?? (name === 'secretSync' ? both : undefined);
    const histogram = histograms.get(name);
    if (observed !== undefined && histogram !== undefined) return failure(measuredTwice(name));
    const fitted =
      histogram === undefined ? fitTimes(name, observed) : fitBuckets(name, histogram, options);
    if (fitted === undefined) continue;
    if ('message' in fitted) return failure(fitted);
    delays.push(fitted);
    if (observed !== undefined && observed === both) {
      if (histograms.has('load')) return failure(measuredTwice('load'));
      delays.push({ name: 'load', delay: { kind: 'constant', value: 0 }, observations: 0 });
    }
  }
  return delays.length === 0 ? failure(noSamples) : success(delays);
}

function fitTimes(
  name: MeasurableDelay,
  observed: readonly Microseconds[] | undefined,
): MeasuredDelay | Fault | undefined {
  if (observed === undefined) return undefined;
  if (observed.length < fewestObservations) return tooFew(name, observed.length);
  return { name, delay: fitDelay(observed), observations: observed.length };
}

function fitBuckets(
  name: MeasurableDelay,
  histogram: Histogram,
  { longest }: MeasureOptions,
): MeasuredDelay | Fault {
  const observations = Math.floor(observationsIn(histogram));
  if (observations < fewestObservations) return tooFew(name, observations);
  const above = histogram.counts.at(-1) ?? 0;
  const last = histogram.bounds.at(-1) ?? 0;
  if (above > 0 && (longest === undefined || longest < last)) {
    return {
      message: `${above} of ${observations} observations of ${name} are above the last bound, ${formatDuration(last)}: how long they took is not known`,
      expected: `--longest with the longest there was, at least ${formatDuration(last)}`,
    };
  }
  return { name, delay: fitHistogram(histogram, longest), observations };
}

/** What was asked for and is not there; without a question, what could be asked for. */
function missingMetric(
  { histograms, histogramNames }: Findings,
  metrics: readonly MetricSelector[],
): Fault | undefined {
  const names = [...histogramNames].sort().join(', ');
  const hint = names === '' ? 'there is no histogram in the files' : `in the files: ${names}`;
  if (metrics.length === 0 && names !== '') {
    const expected = `--metric ${metricExpected}`;
    return { message: 'it is not said which histogram is which delay', expected, hint };
  }
  const absent = metrics.find(({ delay }) => !histograms.has(delay));
  if (absent === undefined) return undefined;
  return {
    message: `there are no samples of ${absent.name}`,
    expected: 'its _bucket series',
    hint,
  };
}

function measuredTwice(name: MeasurableDelay): Fault {
  return {
    message: `${name} is measured twice: by a histogram, and one by one`,
    expected: 'one kind of evidence for a delay',
  };
}

const mixedEvidence: Fault = {
  message:
    'some of the evidence tells when the file came to a node, some does not: secretSync would be two different things',
  expected: 'all with "file", or all without',
};

const noSamples: Fault = {
  message: 'no delay was observed: no node has two events that follow each other',
  expected:
    '"written" and "file", say, or "file" and "loaded", of the same nodes; in logs, loads after the write',
};

function tooFew(name: MeasurableDelay, count: number): Fault {
  return {
    message: `${name} was observed ${count === 1 ? 'once' : `${count} times`} only`,
    expected: `at least ${fewestObservations} observations: fewer say nothing of the slow end, which a rotation waits for`,
    hint: 'give the evidence of more nodes, or of more rotations: a file for each',
  };
}
