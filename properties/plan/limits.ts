import { assert } from '../../model/assert.ts';
import type { Microseconds } from '../../model/time.ts';
import {
  type Delay,
  type LocalDelay,
  maximumOf,
  minimumOf,
  type Scenario,
} from '../../sim/index.ts';

/** How long one delay may become at most, all others being what they are. */
export interface DelayLimit {
  readonly delay: LocalDelay;
  /** Its longest now, where no exception says otherwise. */
  readonly longest: Microseconds;
  /** The longest with which the configured rotation duration is still safe; undefined: it is not. */
  readonly limit: Microseconds | undefined;
}

/** A year: what is safe up to there does not depend on the delay. */
const forever: Microseconds = 365 * 24 * 3_600_000_000;

/**
 * The limit of each delay. `marginOf` tells the margin of a scenario; as a function of one delay's
 * longest it falls, and ever faster, so that Newton's method finds where it becomes negative.
 */
export function delayLimits(
  scenario: Scenario,
  marginOf: (changed: Scenario) => Microseconds,
): readonly DelayLimit[] {
  const isMesh = scenario.clusters.length > 1;
  const names = (Object.keys(scenario.delays) as (keyof Scenario['delays'])[]).filter(
    (name): name is LocalDelay => name !== 'reclaimInterval' && (isMesh || name !== 'mesh'),
  );
  return names.map((delay) => {
    const present = scenario.delays[delay];
    const longest = maximumOf(present);
    const margin = (value: Microseconds): Microseconds =>
      marginOf(withLongest(scenario, delay, value));
    return { delay, longest, limit: lastSafe(margin, longest) };
  });
}

/** The scenario with one delay drawn evenly up to this longest, and from its shortest as before. */
export function withLongest(scenario: Scenario, delay: LocalDelay, value: Microseconds): Scenario {
  const minimum = Math.min(minimumOf(scenario.delays[delay]), value);
  const changed: Delay = { kind: 'uniform', minimum, maximum: value };
  return { ...scenario, delays: { ...scenario.delays, [delay]: changed } };
}

function lastSafe(
  margin: (value: Microseconds) => Microseconds,
  longest: Microseconds,
): Microseconds | undefined {
  if (margin(0) < 0) return undefined;
  let value = Math.max(1, longest);
  while (margin(value) >= 0) {
    if (value > forever) return value;
    value *= 8;
  }
  // From above, Newton's steps never pass the zero of a concave function.
  for (let steps = 0; steps < 100; steps += 1) {
    const excess = -margin(value);
    if (excess <= 0) return value;
    const slope = margin(value - 1) + excess;
    assert(slope > 0, 'a margin that does not fall');
    value -= Math.max(1, Math.floor(excess / slope));
  }
  return undefined;
}
