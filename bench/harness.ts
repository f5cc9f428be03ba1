import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Something worth measuring. `bench/bench.ts` runs it and prints the outcome. */
export interface Benchmark {
  readonly name: string;
  run(): Measurement | Promise<Measurement>;
}

export interface Measurement {
  readonly value: number;
  /** What `value` counts, such as `events/s`. */
  readonly unit: string;
  readonly bar?: Bar;
}

/** What the value is held against, and whether it holds. */
export interface Bar {
  readonly text: string;
  readonly holds: boolean;
}

const warmUps = 2;
const rounds = 7;

/** The median of one run's seconds. */
export function medianSeconds(run: () => void): number {
  const [seconds = Number.NaN] = interleavedSeconds([run]);
  return seconds;
}

/**
 * The median of one run's seconds, for each function. Rounds take turns, so that a machine that
 * slows down for a while slows all of them: their ratios are sounder than the figures.
 */
export function interleavedSeconds(runs: readonly (() => void)[]): readonly number[] {
  const seconds = runs.map((): number[] => []);
  for (let round = 0; round < warmUps + rounds; round += 1) {
    runs.forEach((run, index) => {
      const taken = secondsOf(run);
      if (round >= warmUps) seconds[index]?.push(taken);
    });
  }
  return seconds.map(median);
}

/** The middle value; with an even number of values, the upper one of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function secondsOf(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

/** The machine that the figures are from. */
export function machine(): string {
  const processors = cpus();
  return `${processors[0]?.model ?? 'unknown processor'} x ${processors.length}, Node ${process.version}`;
}
