import { failure, type Result, success } from '../../model/result.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Delay } from '../../sim/index.ts';
import type { InputError } from '../input-error.ts';
import {
  type EvidenceReader,
  type Fault,
  type Findings,
  type MeasurableDelay,
  measurableDelays,
} from './findings.ts';
import { agentLogReader } from './agent-log.ts';
import { fewestObservations, fitDelay } from './fit-delay.ts';
import { looksLikeLog } from './log-line.ts';
import { observedTimesHeader, observedTimesReader } from './observed-times.ts';

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
  const findings: Findings = { times: new Map(), histograms: new Map(), notes: [] };
  const forms: { readonly file: string; readonly form: string }[] = [];
  for (const file of files) {
    const read = readFile(file, findings, options);
    if (!read.ok) return read;
    forms.push({ file: file.name, form: read.value });
  }
  const fitted = fitAll(findings);
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
  expected: `a CSV that begins with ${observedTimesHeader}, or an agent's log`,
  hint: 'see docs/measured-delays.md',
};

const nothingInIt: Fault = { message: 'there are no samples: the file is empty', expected: '' };

function errorAt(file: string, line: number | undefined, fault: Fault): InputError {
  const { message, expected, hint = '' } = fault;
  const place = { file, line: fault.line ?? line, column: undefined, path: '' };
  return { code: 'BAD_EVIDENCE', message, expected, hint, ...place };
}

function fitAll({ times }: Findings): Result<readonly MeasuredDelay[], Fault> {
  const both = times.get('secretSyncAndLoad');
  if (both !== undefined && (times.has('secretSync') || times.has('load'))) {
    return failure(mixedEvidence);
  }
  const delays: MeasuredDelay[] = [];
  for (const name of measurableDelays) {
    const observed = times.get(name) ?? (name === 'secretSync' ? both : undefined);
    if (observed === undefined) continue;
    if (observed.length < fewestObservations) return failure(tooFew(name, observed.length));
    delays.push({ name, delay: fitDelay(observed), observations: observed.length });
    if (observed === both) {
      delays.push({ name: 'load', delay: { kind: 'constant', value: 0 }, observations: 0 });
    }
  }
  return delays.length === 0 ? failure(noSamples) : success(delays);
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
