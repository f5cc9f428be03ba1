import type { SweepPoint, SweepRange } from '../../properties/index.ts';
import { sweepLegend, sweepTable } from '../sweep-table.ts';
import { columns } from './columns.ts';

/** A sweep, as a terminal shows it. */
export function sweepReport(range: SweepRange, points: readonly SweepPoint[]): string {
  return [...columns(sweepTable(range, points), ''), '', ...sweepLegend(range), ''].join('\n');
}
