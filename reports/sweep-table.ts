import type { SweepPoint, SweepRange } from '../properties/index.ts';
import { spanText, upToMilliseconds } from './instant-text.ts';
import { grouped } from './terminal/columns.ts';

/** A sweep as rows of text; the first one names the columns. */
export function sweepTable(
  { what }: SweepRange,
  points: readonly SweepPoint[],
): readonly (readonly string[])[] {
  return [
    [what, 'needed', 'margin', 'ready by', 'background sync'],
    ...points.map(({ value, needed, margin, readiness, backgroundSync }) => [
      what === 'nodes' ? grouped(value) : spanText(value),
      spanText(upToMilliseconds(needed)),
      spanText(margin),
      readiness === undefined ? 'always' : spanText(readiness),
      spanText(backgroundSync),
    ]),
  ];
}

/** What the columns of the table are. */
export function sweepLegend({ what }: SweepRange): readonly string[] {
  return [
    `${what}: ${what === 'nodes' ? 'nodes in all clusters together' : 'the longest of the delay'}`,
    'needed: the smallest safe ipsec-key-rotation-duration; margin: the configured one less that',
    'ready by: how long before a packet a node that announces first is ready; negative: no duration is safe',
    'background sync: how long a round over all nodes takes',
  ];
}
