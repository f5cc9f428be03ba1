import { millisecond, type Microseconds } from '../../model/time.ts';
import type { PlannedStep, RotationPlan } from './rotation-plan.ts';

/** What of a plan goes back into its procedure. Steps are counted from 0. */
export interface PlanChanges {
  readonly waits: readonly {
    readonly after: number | undefined;
    readonly before: number;
    readonly duration: Microseconds;
  }[];
  /** Undefined: the configured one does. */
  readonly rotationDuration: Microseconds | undefined;
}

/**
 * The waits that a procedure should have between its writes: each write at its earliest, up to the
 * next millisecond, and none after its latest.
 */
export function planChanges({ steps, needed, margin }: RotationPlan): PlanChanges {
  const waits: { after: number; before: number; duration: Microseconds }[] = [];
  /** When each key was first written, and when the last write was, on one clock. */
  const firstWrites = new Map<number, Microseconds>();
  let last: { readonly step: number; readonly at: Microseconds } | undefined = undefined;
  for (const [step, writes] of byStep(steps)) {
    const [write] = writes;
    if (write === undefined) continue;
    const at: Microseconds = last === undefined ? 0 : timeOf(writes, firstWrites, last.at);
    if (!firstWrites.has(write.rotation)) firstWrites.set(write.rotation, at);
    if (last !== undefined && isChanged(writes)) {
      waits.push({ after: last.step, before: step, duration: at - last.at });
    }
    last = { step, at };
  }
  const least = needed.at(-1)?.duration ?? 0;
  // Where earlier writes help, the configured duration may do.
  const isLate = steps.some(({ timing, latest }) => timing === 'too late' && (latest ?? 0) >= 0);
  return {
    waits,
    rotationDuration: margin < 0 && !isLate ? upToMillisecond(least) : undefined,
  };
}

function byStep(steps: readonly PlannedStep[]): ReadonlyMap<number, readonly PlannedStep[]> {
  const grouped = new Map<number, PlannedStep[]>();
  for (const step of [...steps].sort((one, other) => one.step - other.step)) {
    const known = grouped.get(step.step - 1) ?? [];
    known.push(step);
    grouped.set(step.step - 1, known);
  }
  return grouped;
}

/** Steps with a bound below move to it; others move only if they are too late. */
function isChanged(writes: readonly PlannedStep[]): boolean {
  return writes.some(({ earliest, timing }) => earliest !== undefined || timing !== 'in time');
}

function timeOf(
  writes: readonly PlannedStep[],
  firstWrites: ReadonlyMap<number, Microseconds>,
  before: Microseconds,
): Microseconds {
  let at = before;
  for (const { rotation, earliest, latest, at: planned } of writes) {
    const previous = firstWrites.get(rotation - 1) ?? 0;
    const first = firstWrites.get(rotation);
    if (earliest !== undefined) at = Math.max(at, previous + upToMillisecond(earliest));
    else if (first !== undefined)
      at = Math.max(at, first + Math.min(planned.latest, latest ?? Infinity));
  }
  return at;
}

function upToMillisecond(span: Microseconds): Microseconds {
  return Math.ceil(span / millisecond) * millisecond;
}
