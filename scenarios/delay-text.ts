import { failure, type Result, success } from '../model/result.ts';
import { type Microseconds, second } from '../model/time.ts';
import type { Delay, QuantilePoint } from '../sim/index.ts';
import { didYouMean } from './did-you-mean.ts';
import { durationExpected, durationPattern, formatDuration, parseDuration } from './duration.ts';
import type { Problem } from './problem.ts';

/**
 * Delays that go by a name. `kubelet`: a kubelet looks at a pod again 60 s to 90 s after it last did
 * (Kubernetes: `syncFrequency`, 1 min by default; pkg/kubelet/pod_workers.go,
 * workerResyncIntervalJitterFactor), and the write falls anywhere into that.
 */
const presets: Readonly<Record<string, Delay>> = {
  kubelet: { kind: 'uniform', minimum: 0, maximum: 90 * second },
};

const distributions = ['uniform', 'exponential', 'quantiles'] as const;
const names: readonly string[] = [...distributions, ...Object.keys(presets)];

/** What {@link parseDelay} accepts, roughly, as a regular expression for JSON Schema. */
export const delayPattern = `${durationPattern}|^(${distributions.join('|')})\\s*\\(.*\\)$|^(${Object.keys(presets).join('|')})$`;

export const delayExpected =
  'a delay: 90s, uniform(0s, 60s), exponential(mean 5s, max 60s), quantiles(0: 1s, 50: 5s, 100: 60s) or kubelet';

/** Reads a delay. Fails with `BAD_DELAY`, or with `BAD_DURATION` for a duration inside it. */
export function parseDelay(text: string): Result<Delay, Problem> {
  const call = /^(\w+)\s*\((.*)\)$/.exec(text.trim());
  if (call !== null) return parseCall(call[1] as string, argumentsOf(call[2] as string), text);
  const preset = Object.hasOwn(presets, text.trim()) ? presets[text.trim()] : undefined;
  if (preset !== undefined) return success(preset);
  if (/^[a-zA-Z]/.test(text.trim())) return failure(badDelay(text, didYouMean(text, names)));
  const value = parseDuration(text);
  return value.ok ? success({ kind: 'constant', value: value.value }) : value;
}

/** The text that {@link parseDelay} reads as `delay`. */
export function formatDelay(delay: Delay): string {
  switch (delay.kind) {
    case 'constant':
      return formatDuration(delay.value);
    case 'uniform':
      return `uniform(${formatDuration(delay.minimum)}, ${formatDuration(delay.maximum)})`;
    case 'exponential':
      return `exponential(mean ${formatDuration(delay.mean)}, max ${formatDuration(delay.maximum)})`;
    case 'quantiles':
      return `quantiles(${delay.points.map(formatPoint).join(', ')})`;
  }
}

function formatPoint({ perMille, value }: QuantilePoint): string {
  return `${perMille / 10}: ${formatDuration(value)}`;
}

function argumentsOf(text: string): readonly string[] {
  return text.trim() === '' ? [] : text.split(',').map((argument) => argument.trim());
}

function parseCall(
  name: string,
  parameters: readonly string[],
  text: string,
): Result<Delay, Problem> {
  switch (name) {
    case 'uniform':
      return parseUniform(parameters, text);
    case 'exponential':
      return parseExponential(parameters, text);
    case 'quantiles':
      return parseQuantiles(parameters, text);
    default:
      return failure(badDelay(text, didYouMean(name, names)));
  }
}

function parseUniform(parameters: readonly string[], text: string): Result<Delay, Problem> {
  if (parameters.length !== 2) return failure(badDelay(text, 'uniform(minimum, maximum)'));
  const durations = parseDurations(parameters);
  if (!durations.ok) return durations;
  const [minimum, maximum] = durations.value as [Microseconds, Microseconds];
  if (minimum > maximum) return failure(badDelay(text, 'the minimum comes first'));
  return success({ kind: 'uniform', minimum, maximum });
}

function parseExponential(parameters: readonly string[], text: string): Result<Delay, Problem> {
  const written = parameters.map((parameter) => /^(mean|max)\s+(\S+)$/.exec(parameter));
  const [first, other] = written.map((match) => match?.[1]);
  if (written.length !== 2 || first !== 'mean' || other !== 'max') {
    return failure(badDelay(text, 'exponential(mean 5s, max 60s): both are named, mean first'));
  }
  const durations = parseDurations(written.map((match) => match?.[2] ?? ''));
  if (!durations.ok) return durations;
  const [mean, maximum] = durations.value as [Microseconds, Microseconds];
  if (mean === 0) return failure(badDelay(text, 'a mean of zero is no distribution: write 0s'));
  if (mean > maximum) return failure(badDelay(text, 'the maximum is at least the mean'));
  return success({ kind: 'exponential', mean, maximum });
}

function parseQuantiles(parameters: readonly string[], text: string): Result<Delay, Problem> {
  const written = parameters.map((parameter) =>
    /^(\d{1,3}(?:\.\d)?)%?\s*:\s*(\S+)$/.exec(parameter),
  );
  if (written.includes(null)) {
    return failure(badDelay(text, 'each point is "percent: duration", one decimal at most'));
  }
  const durations = parseDurations(written.map((match) => match?.[2] ?? ''));
  if (!durations.ok) return durations;
  const points = written.map((match, index) => ({
    perMille: Math.round(Number(match?.[1]) * 10),
    value: durations.value[index] as Microseconds,
  }));
  const fault = quantilesFault(points);
  return fault === undefined
    ? success({ kind: 'quantiles', points })
    : failure(badDelay(text, fault));
}

function quantilesFault(points: readonly QuantilePoint[]): string | undefined {
  if (points[0]?.perMille !== 0) return 'the first point is at 0';
  if (points.at(-1)?.perMille !== 1000) return 'the last point is at 100';
  for (const [index, point] of points.slice(1).entries()) {
    const before = points[index] as QuantilePoint;
    if (point.perMille <= before.perMille) return 'the percentages rise from point to point';
    if (point.value < before.value) return 'the durations never fall from point to point';
  }
  return undefined;
}

function parseDurations(texts: readonly string[]): Result<readonly Microseconds[], Problem> {
  const values: Microseconds[] = [];
  for (const text of texts) {
    const parsed = parseDuration(text);
    if (!parsed.ok) return failure({ ...parsed.error, expected: durationExpected });
    values.push(parsed.value);
  }
  return success(values);
}

function badDelay(text: string, hint: string): Problem {
  return {
    code: 'BAD_DELAY',
    message: `"${text}" is not a delay`,
    expected: delayExpected,
    hint,
  };
}
