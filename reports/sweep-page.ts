import type { SweepPoint, SweepRange } from '../properties/index.ts';
import { escapeXml } from './junit.ts';
import { sweepPlot } from './svg/sweep-plot.ts';
import { sweepLegend, sweepTable } from './sweep-table.ts';

/** A sweep as a page of its own: the plot and the table. */
export function sweepPage(range: SweepRange, points: readonly SweepPoint[], title: string): string {
  const [heading = [], ...rows] = sweepTable(range, points);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${escapeXml(title)}</title>`,
    `<style>${style}</style>`,
    sweepPlot(range, points, title).trimEnd(),
    '<table>',
    `<thead>${row('th scope="col"', 'th', heading)}</thead>`,
    ...rows.map((cells) => row('td', 'td', cells)),
    '</table>',
    ...sweepLegend(range).map((line) => `<p>${escapeXml(line)}</p>`),
    '</html>',
    '',
  ].join('\n');
}

const style = `
body { font: 14px/1.5 sans-serif; margin: 1.5rem auto; max-width: 760px; padding: 0 1rem; color: #111; background: #fff }
svg { width: 100%; height: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0 }
th, td { padding: 0.2rem 1.2rem 0.2rem 0; text-align: right; border-bottom: 1px solid #ddd }
p { margin: 0.2rem 0; color: #444 }
`;

function row(open: string, close: string, cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<${open}>${escapeXml(cell)}</${close}>`).join('')}</tr>`;
}
