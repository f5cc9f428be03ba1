import { backgroundSyncInterval } from '../../model/agent/index.ts';
import type { Microseconds } from '../../model/time.ts';
import type { LocalDelay, Scenario } from '../../sim/index.ts';
import { meshNodes } from '../margin/mesh-nodes.ts';
import { readiness } from '../margin/readiness.ts';
import { withLongest } from './limits.ts';
import {
  followRotation,
  neededOf,
  procedureRefusal,
  questionOf,
  worstRotation,
} from './plan-rotation.ts';
import { representatives } from './representatives.ts';

/** What is varied, and from where to where. Delays are in microseconds. */
export interface SweepRange {
  readonly what: 'nodes' | LocalDelay;
  readonly from: number;
  readonly to: number;
}

export interface SweepPoint {
  /** The number of nodes, or the longest of the delay. */
  readonly value: number;
  readonly needed: Microseconds;
  readonly margin: Microseconds;
  /** The slack of the announce-before-install race; undefined where agents install first. */
  readonly readiness: Microseconds | undefined;
  readonly backgroundSync: Microseconds;
}

/** The closed form along a range: at the values of {@link sweepValues}. */
export function sweep(given: Scenario, range: SweepRange): readonly SweepPoint[] {
  const { scenario, all, procedure } = followRotation(given);
  return sweepValues(range).map((value) => {
    const changed = range.what === 'nodes' ? scenario : withLongest(scenario, range.what, value);
    const total = range.what === 'nodes' ? value : undefined;
    const nodes = total === undefined ? all : meshNodes(scenario, total);
    const those = representatives(changed, nodes, procedure);
    const question = questionOf(changed, those, procedure);
    const { duration } = worstRotation(question);
    return {
      value,
      needed: neededOf(duration),
      margin: duration.margin,
      readiness: readiness(question)?.slack,
      backgroundSync: backgroundSyncInterval(total ?? all.length),
    };
  });
}

/** Why no duration is safe anywhere along a sweep: the procedure is such that none can be. */
export function sweepRefusal(given: Scenario): string | undefined {
  const { scenario, all, procedure } = followRotation(given);
  const nodes = representatives(scenario, all, procedure);
  return procedureRefusal(worstRotation(questionOf(scenario, nodes, procedure)).question);
}

const points = 13;

/** Numbers of nodes rise by a factor, delays by a difference; both ends are among them. */
export function sweepValues({ what, from, to }: SweepRange): readonly number[] {
  const values = Array.from({ length: points }, (_, index) => {
    const part = index / (points - 1);
    if (index === points - 1) return to;
    return Math.round(
      what === 'nodes' ? from * powerOf(to / from, part) : from + (to - from) * part,
    );
  });
  return [...new Set(values)];
}

/** base^(twelfths), by square and cube roots alone: `Math.pow` may differ from engine to engine. */
function powerOf(base: number, part: number): number {
  const twelfth = rootOf(base, points - 1);
  let power = 1;
  for (let step = 0; step < Math.round(part * (points - 1)); step += 1) power *= twelfth;
  return power;
}

/** The root of a number from 1 on, by bisection. */
function rootOf(base: number, degree: number): number {
  let [low, high] = [1, base];
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    let power = 1;
    for (let factor = 0; factor < degree; factor += 1) power *= middle;
    if (power > base) high = middle;
    else low = middle;
  }
  return low;
}
