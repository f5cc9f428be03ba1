import type { Microseconds } from '../../model/time.ts';
import type { Fault } from './fault.ts';
import type { Histogram } from './histogram.ts';

/** The delays that can be read from evidence: all but the reclaimer's interval, which is a flag. */
export const measurableDelays = [
  'secretSync',
  'load',
  'install',
  'publish',
  'watch',
  'mesh',
  'latency',
] as const;
export type MeasurableDelay = (typeof measurableDelays)[number];

/** What the files have shown so far. */
export interface Findings {
  /** Times that were seen one by one. `secretSyncAndLoad`: nobody saw when the file came. */
  readonly times: Map<MeasurableDelay | 'secretSyncAndLoad', Microseconds[]>;
  /** Counts by bucket, of all series of all files together. */
  readonly histograms: Map<MeasurableDelay, Histogram>;
  /** All histograms in the files, asked for or not. */
  readonly histogramNames: Set<string>;
  /** What was seen and does not count, and why. */
  readonly notes: string[];
}

export function addTime(
  { times }: Findings,
  delay: MeasurableDelay | 'secretSyncAndLoad',
  time: Microseconds,
): void {
  const known = times.get(delay);
  if (known === undefined) times.set(delay, [time]);
  else known.push(time);
}

/** Reads one file of one form, line after line, and adds what it shows to the findings. */
export interface EvidenceReader {
  /** What the form is called: `a CSV of observed times`. */
  readonly form: string;
  /** Takes the next line, counted from 1. */
  readonly read: (line: string, number: number) => Fault | undefined;
  /** The file is at its end. */
  readonly end: () => Fault | undefined;
}
