import { type Document, isMap, isSeq, parseDocument, type YAMLSeq } from 'yaml';
import { failure, type Result, success } from '../model/result.ts';
import type { Microseconds } from '../model/time.ts';
import { formatDuration } from './duration.ts';

/** A wait to have between two steps, which are counted from 0. */
export interface PlannedWait {
  /** The last step before the wait; undefined: the wait comes first. */
  readonly after: number | undefined;
  readonly before: number;
  readonly duration: Microseconds;
}

/** What a plan changes in a scenario. */
export interface ScenarioChanges {
  readonly waits: readonly PlannedWait[];
  /** The rotation duration of all clusters; undefined: as it is. */
  readonly rotationDuration: Microseconds | undefined;
}

/**
 * The scenario's text with other waits before steps, and another rotation duration; comments stay.
 * Fails with the reason where a wait is not a plain one.
 */
export function writePlan(text: string, changes: ScenarioChanges): Result<string, string> {
  const document = parseDocument(text);
  const procedure = document.get('procedure');
  if (changes.waits.length > 0 && !isSeq(procedure)) return failure('it has no procedure');
  // From the last one on, so that a wait that is put in moves no step that is still to come.
  const waits = changes.waits.toSorted((one, other) => other.before - one.before);
  for (const wait of waits) {
    const fault = setWait(document, procedure as YAMLSeq, wait);
    if (fault !== undefined) return failure(fault);
  }
  if (changes.rotationDuration !== undefined) setDuration(document, changes.rotationDuration);
  return success(document.toString({ lineWidth: 0 }));
}

function setWait(
  document: Document,
  procedure: YAMLSeq,
  { after, before, duration }: PlannedWait,
): string | undefined {
  const between = Array.from(
    { length: before - (after ?? -1) - 1 },
    (_, index) => (after ?? -1) + 1 + index,
  );
  const isWait = (index: number): boolean => {
    const item: unknown = procedure.get(index);
    return isMap(item) && item.has('wait');
  };
  const odd = between.find((index) => !isWait(index));
  if (odd !== undefined)
    return `step ${odd + 1} is no plain wait, so the plan cannot time step ${before + 1}`;
  const [first, ...others] = between;
  for (const index of others.toReversed()) procedure.delete(index);
  if (first !== undefined) procedure.set(first, waitStep(document, procedure, first, duration));
  else procedure.items.splice(before, 0, document.createNode({ wait: formatDuration(duration) }));
  return undefined;
}

/** The step as it was, with another duration: its comments are its own. */
function waitStep(
  document: Document,
  procedure: YAMLSeq,
  index: number,
  duration: Microseconds,
): unknown {
  const item: unknown = procedure.get(index);
  if (!isMap(item)) return document.createNode({ wait: formatDuration(duration) });
  item.set('wait', formatDuration(duration));
  return item;
}

function setDuration(document: Document, duration: Microseconds): void {
  const clusters = document.get('clusters');
  if (!isSeq(clusters)) return;
  for (const index of clusters.items.keys()) {
    document.setIn(
      ['clusters', index, 'settings', 'ipsec-key-rotation-duration'],
      formatDuration(duration),
    );
  }
}
