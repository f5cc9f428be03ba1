import type { Chart } from '../../model/chart.ts';

/** All events that lead from one state to another, as one line of the picture. */
export interface ChartEdge {
  readonly from: string;
  readonly to: string;
  readonly events: readonly string[];
  /** Where its line turns, from the box that it leaves to the one that it enters. */
  readonly corners: readonly (readonly [x: number, y: number])[];
  /** The left end of its label's baseline. */
  readonly label: readonly [x: number, y: number];
}

export interface ChartBox {
  readonly state: string;
  readonly top: number;
  readonly height: number;
}

export interface ChartPicture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly ChartBox[];
  readonly edges: readonly ChartEdge[];
}

export const boxWidth = 124;
const row = 19;
const padding = 5;
const gapBelow = { straight: 30, none: 14 };
const labelGap = 7;
/** Of one character of a label. */
const characterWidth = 6.3;
const laneGap = 11;
const margin = 2;

interface Link {
  readonly from: number;
  readonly to: number;
  readonly events: readonly string[];
}

/**
 * The states of a chart as boxes under each other, in the order of the machine. A line to the next
 * box goes straight down; every other one leaves to the right and joins the lane of the box that it
 * enters, so that each label has a row of its own and no line crosses a box.
 */
export function chartPicture(chart: Chart): ChartPicture {
  const links = linksOf(chart);
  const straight = links.filter(({ from, to }) => to === from + 1);
  const around = links.filter(({ from, to }) => to !== from + 1);
  const boxes = boxesOf(chart, straight, around);
  const labelWidth = Math.max(0, ...around.map(({ events }) => textWidth(events)));
  const firstLane = boxWidth + labelGap * 2 + labelWidth;
  const portY = (box: number, place: number): number =>
    (boxes[box]?.top ?? 0) + padding + row * (place + 0.5);
  const enters = (box: number): boolean => around.some(({ to }) => to === box);
  const leavesAt = (link: Link): number =>
    portY(
      link.from,
      around.filter(({ from }) => from === link.from).indexOf(link) + (enters(link.from) ? 1 : 0),
    );
  const lanes = lanesOf(around, leavesAt, (box) => portY(box, 0));
  const edges = [
    ...straight.map((link) => straightEdge(chart, link, boxes)),
    ...around.map((link): ChartEdge => {
      const [leaves, arrives] = [leavesAt(link), portY(link.to, 0)];
      const lane = firstLane + (lanes.get(link.to) ?? 0) * laneGap;
      return {
        ...ends(chart, link),
        corners: [
          ...([[boxWidth, leaves] as const, [lane, leaves] as const] as const),
          ...([[lane, arrives] as const, [boxWidth, arrives] as const] as const),
        ],
        label: [boxWidth + labelGap, leaves - 4],
      };
    }),
  ];
  const last = boxes.at(-1);
  const rightmost = Math.max(
    boxWidth,
    ...edges.flatMap(({ corners }) => corners.map(([x]) => x)),
    ...straight.map(({ events }) => boxWidth / 2 + labelGap + textWidth(events)),
  );
  return {
    width: Math.ceil(rightmost + margin),
    height: (last?.top ?? 0) + (last?.height ?? 0) + margin,
    boxes,
    edges,
  };
}

function linksOf(chart: Chart): readonly Link[] {
  return chart.states.flatMap((state, from) =>
    chart.states.flatMap((target, to) => {
      const events = chart.events.filter(
        (event) => chart.accepts(state, event) && chart.step(state, event).next === target,
      );
      // An event that changes nothing is no line.
      return from === to || events.length === 0 ? [] : [{ from, to, events }];
    }),
  );
}

function boxesOf(
  chart: Chart,
  straight: readonly Link[],
  around: readonly Link[],
): readonly ChartBox[] {
  let top = margin;
  return chart.states.map((state, index) => {
    const leaving = around.filter(({ from }) => from === index).length;
    const entering = around.some(({ to }) => to === index) ? 1 : 0;
    const height = Math.max(1, leaving + entering) * row + 2 * padding;
    const box = { state, top, height };
    const goesOn = straight.some(({ from }) => from === index);
    top += height + (goesOn ? gapBelow.straight : gapBelow.none);
    return box;
  });
}

function straightEdge(chart: Chart, link: Link, boxes: readonly ChartBox[]): ChartEdge {
  const [above, below] = [boxes[link.from], boxes[link.to]];
  const from = (above?.top ?? 0) + (above?.height ?? 0);
  const to = below?.top ?? 0;
  const x = boxWidth / 2;
  return {
    ...ends(chart, link),
    corners: [
      [x, from],
      [x, to],
    ],
    label: [x + labelGap, (from + to) / 2 + 4],
  };
}

function ends(chart: Chart, { from, to, events }: Link): Pick<ChartEdge, 'from' | 'to' | 'events'> {
  return { from: chart.states[from] ?? '', to: chart.states[to] ?? '', events };
}

/** A lane for each box that is entered from the right: the shortest innermost, none over another. */
function lanesOf(
  around: readonly Link[],
  leavesAt: (link: Link) => number,
  entersAt: (box: number) => number,
): ReadonlyMap<number, number> {
  const targets = [...new Set(around.map(({ to }) => to))];
  const reaches = targets
    .map((to) => {
      const ys = [
        entersAt(to),
        ...around.filter((link) => link.to === to).map((link) => leavesAt(link)),
      ];
      return { to, low: Math.min(...ys), high: Math.max(...ys) };
    })
    .sort((one, other) => one.high - one.low - (other.high - other.low) || one.to - other.to);
  const lanes = new Map<number, number>();
  const taken: (typeof reaches)[] = [];
  for (const reach of reaches) {
    const free = taken.findIndex((lane) =>
      lane.every(({ low, high }) => high < reach.low || low > reach.high),
    );
    const lane = free === -1 ? taken.length : free;
    (taken[lane] ??= []).push(reach);
    lanes.set(reach.to, lane);
  }
  return lanes;
}

const textWidth = (events: readonly string[]): number => labelOf(events).length * characterWidth;

export function labelOf(events: readonly string[]): string {
  return events.join(', ');
}
