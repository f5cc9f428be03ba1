import type { SweepPoint, SweepRange } from '../../properties/index.ts';
import { spanText } from '../instant-text.ts';
import { escapeXml } from '../junit.ts';
import { grouped } from '../terminal/columns.ts';
import { roundMarks } from './round-marks.ts';

const width = 760;
const height = 440;
const left = 80;
const right = 30;
const top = 96;
const bottom = 56;

/** Where things are in the picture. */
interface Place {
  /** Of the point with this number; parts of one lie between two. */
  readonly across: (index: number) => number;
  readonly up: (duration: number) => number;
}

/** The smallest safe duration along a sweep as an SVG, with the configured one as a line. */
export function sweepPlot(range: SweepRange, points: readonly SweepPoint[], title: string): string {
  const configured = (points[0]?.needed ?? 0) + (points[0]?.margin ?? 0);
  const highest = 1.05 * Math.max(configured, ...points.map(({ needed }) => needed), 1);
  const last = Math.max(1, points.length - 1);
  const place: Place = {
    across: (index) => left + ((width - left - right) * index) / last,
    up: (duration) => height - bottom - ((height - top - bottom) * duration) / highest,
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escapeXml(title)}: the smallest safe ipsec-key-rotation-duration by ${axisName(range)}</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(left, 24, escapeXml(title), 'start', ' font-size="15" font-weight="bold"'),
    ...legend(points),
    ...refusedArea(points, place),
    ...roundMarks(0, highest).flatMap((duration) => [
      horizontal(place.up(duration), '#ddd'),
      text(left - 8, place.up(duration) + 4, spanText(duration), 'end'),
    ]),
    ...acrossMarks(range, points).map(([index, label]) =>
      text(place.across(index), height - bottom + 18, label, 'middle'),
    ),
    text((left + width - right) / 2, height - 12, axisName(range), 'middle'),
    horizontal(place.up(configured), configuredColour, ' stroke-dasharray="6 4"'),
    text(
      width - right,
      place.up(configured) - 6,
      `configured: ${spanText(configured)}`,
      'end',
      ` fill="${configuredColour}"`,
    ),
    curve(points, place),
    '</svg>',
    '',
  ].join('\n');
}

const configuredColour = '#060';
const safeColour = '#036';
const unsafeColour = '#b00';

function legend(points: readonly SweepPoint[]): readonly string[] {
  const entries = [
    dot(left + 5, 46, safeColour) +
      text(left + 16, 50, 'the smallest safe ipsec-key-rotation-duration', 'start'),
    dot(left + 305, 46, unsafeColour) +
      text(left + 316, 50, 'the same, longer than the configured one', 'start'),
  ];
  if (!points.some(isRefused)) return entries;
  return [
    ...entries,
    `<rect x="${left}" y="62" width="11" height="11" fill="#fbdcdc"/>`,
    text(left + 16, 72, 'no duration is safe: a key is announced before it is installed', 'start'),
  ];
}

function isRefused({ readiness }: SweepPoint): boolean {
  return readiness !== undefined && readiness < 0;
}

/** Behind the points at which no duration is safe, up to the middle between them and the others. */
function refusedArea(points: readonly SweepPoint[], { across }: Place): readonly string[] {
  return points.flatMap((point, index) => {
    if (!isRefused(point)) return [];
    const from = across(Math.max(0, index - 0.5));
    const to = across(Math.min(points.length - 1, index + 0.5));
    const size = `x="${round(from)}" y="${top}" width="${round(to - from)}" height="${height - top - bottom}"`;
    return [`<rect ${size} fill="#fbdcdc" shape-rendering="crispEdges"/>`];
  });
}

function curve(points: readonly SweepPoint[], { across, up }: Place): string {
  const corners = points.map(({ needed }, index) => `${round(across(index))},${round(up(needed))}`);
  const dots = points.map(({ needed, margin }, index) =>
    dot(across(index), up(needed), margin < 0 ? unsafeColour : safeColour),
  );
  const line = `<polyline points="${corners.join(' ')}" fill="none" stroke="${safeColour}" stroke-width="2"/>`;
  return [line, ...dots].join('\n');
}

/** Numbers of nodes are told at every third point; delays, which rise evenly, where they are round. */
function acrossMarks(
  { what, from, to }: SweepRange,
  points: readonly SweepPoint[],
): readonly (readonly [index: number, label: string])[] {
  if (what === 'nodes') {
    return points.flatMap(({ value }, index) =>
      index % 3 === 0 || points.length < 8 ? [[index, grouped(value)] as const] : [],
    );
  }
  return roundMarks(from, to).map((value) => [
    ((value - from) / (to - from)) * (points.length - 1),
    spanText(value),
  ]);
}

function axisName({ what }: SweepRange): string {
  return what === 'nodes' ? 'number of nodes (logarithmic)' : `the longest ${what}`;
}

function horizontal(y: number, colour: string, more = ''): string {
  return `<line x1="${left}" x2="${width - right}" y1="${round(y)}" y2="${round(y)}" stroke="${colour}"${more}/>`;
}

function dot(x: number, y: number, colour: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="4" fill="${colour}"/>`;
}

function text(
  x: number,
  y: number,
  content: string,
  anchor: 'start' | 'middle' | 'end',
  more = '',
): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${more}>${content}</text>`;
}

function round(value: number): string {
  return value.toFixed(1);
}
