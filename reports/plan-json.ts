import type { RotationPlan, SweepPoint, SweepRange } from '../properties/index.ts';

const formatVersion = 1;

/** A plan as JSON; times are in microseconds. */
export function planJson(plan: RotationPlan): string {
  return `${JSON.stringify({ formatVersion, ...plan }, undefined, 2)}\n`;
}

/** A sweep as JSON; times are in microseconds. */
export function sweepJson(range: SweepRange, points: readonly SweepPoint[]): string {
  return `${JSON.stringify({ formatVersion, ...range, points }, undefined, 2)}\n`;
}
