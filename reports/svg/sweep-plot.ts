import type { SweepPoint, SweepRange } from '../../properties/index.ts';
import { spanText } from '../instant-text.ts';
import { grouped } from '../terminal/columns.ts';

const width = 720;
const height = 400;
const left = 90;
const right = 20;
const top = 40;
const bottom = 50;
const ticks = 5;

/** The smallest safe duration along a sweep as an SVG, with the configured one as a line. */
export function sweepPlot(range: SweepRange, points: readonly SweepPoint[], title: string): string {
  const configured = (points[0]?.needed ?? 0) + (points[0]?.margin ?? 0);
  const highest = Math.max(configured, ...points.map(({ needed }) => needed), 1);
  const across = (index: number): number =>
    left + ((width - left - right) * index) / Math.max(1, points.length - 1);
  const up = (value: number): number =>
    height - bottom - ((height - top - bottom) * value) / highest;
  const curve = points.map(({ needed }, index) => `${round(across(index))},${round(up(needed))}`);
  const unsafe = points.flatMap(({ readiness, needed }, index) =>
    (readiness ?? 0) < 0
      ? [
          `<circle cx="${round(across(index))}" cy="${round(up(needed))}" r="5" fill="none" stroke="#b00"/>`,
        ]
      : [],
  );
  const steps = Array.from({ length: ticks + 1 }, (_, index) => (highest * index) / ticks);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(width / 2, 20, escaped(title), 'middle'),
    ...steps.flatMap((value) => [
      `<line x1="${left}" x2="${width - right}" y1="${round(up(value))}" y2="${round(up(value))}" stroke="#ddd"/>`,
      text(left - 8, up(value) + 4, spanText(Math.round(value)), 'end'),
    ]),
    ...points.flatMap(({ value }, index) =>
      index % 3 === 0
        ? [text(across(index), height - bottom + 18, valueText(range, value), 'middle')]
        : [],
    ),
    `<line x1="${left}" x2="${width - right}" y1="${round(up(configured))}" y2="${round(up(configured))}" stroke="#080" stroke-dasharray="6 4"/>`,
    text(width - right, up(configured) - 6, `configured: ${spanText(configured)}`, 'end'),
    `<polyline points="${curve.join(' ')}" fill="none" stroke="#036" stroke-width="2"/>`,
    ...unsafe,
    text(width / 2, height - 10, axisText(range), 'middle'),
    '</svg>',
    '',
  ].join('\n');
}

function axisText({ what }: SweepRange): string {
  const axis = what === 'nodes' ? 'nodes' : `longest ${what}`;
  return `smallest safe ipsec-key-rotation-duration by ${axis}; a red ring: no duration is safe`;
}

function valueText({ what }: SweepRange, value: number): string {
  return what === 'nodes' ? grouped(value) : spanText(value);
}

function text(x: number, y: number, content: string, anchor: 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;
}

function round(value: number): string {
  return value.toFixed(1);
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
