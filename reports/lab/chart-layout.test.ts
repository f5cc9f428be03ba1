import { describe, expect, it } from 'vitest';
import { charts } from '../../model/charts.ts';
import { boxWidth, chartPicture } from './chart-layout.ts';

describe.each(charts.map((chart) => [chart.name, chart] as const))(
  'the picture of %s',
  (_, chart) => {
    const picture = chartPicture(chart);

    it('has a box for each state, none over another', () => {
      expect(picture.boxes.map(({ state }) => state)).toEqual(chart.states);
      for (const [index, { top, height }] of picture.boxes.entries()) {
        const next = picture.boxes[index + 1];
        if (next !== undefined) expect(next.top).toBeGreaterThan(top + height);
      }
    });

    it('has a line for every step that changes the state, and no other', () => {
      const steps = chart.states.flatMap((state) =>
        chart.events
          .filter((event) => chart.accepts(state, event))
          .map((event) => [state, event, chart.step(state, event).next] as const)
          .filter(([from, , to]) => from !== to)
          .map((step) => step.join(' ')),
      );
      const drawn = picture.edges.flatMap(({ from, to, events }) =>
        events.map((event) => [from, event, to].join(' ')),
      );
      expect(drawn.toSorted()).toEqual(steps.toSorted());
    });

    it('has lines that begin and end at the boxes they join, and pass through none', () => {
      for (const { from, to, corners } of picture.edges) {
        const side = (state: string, [x, y]: readonly [number, number]): boolean => {
          const box = picture.boxes.find((one) => one.state === state);
          return box !== undefined && x <= boxWidth && y >= box.top && y <= box.top + box.height;
        };
        expect(side(from, corners[0] ?? [-1, -1])).toBe(true);
        expect(side(to, corners.at(-1) ?? [-1, -1])).toBe(true);
        // Between its ends a line is either beside all boxes or in the gap between two.
        const between = corners.slice(1, -1);
        expect(between.every(([x]) => x > boxWidth)).toBe(true);
      }
    });

    it('has room for every label, each in a row of its own', () => {
      const rows = picture.edges.map(({ label }) => label.join(' '));
      expect(new Set(rows).size).toBe(rows.length);
      for (const { label, events, corners } of picture.edges) {
        const end = label[0] + events.join(', ').length * 6;
        expect(end).toBeLessThanOrEqual(picture.width);
        const lane = corners.length === 2 ? picture.width : (corners[1]?.[0] ?? 0);
        expect(end).toBeLessThanOrEqual(lane);
      }
    });

    it('has no two lanes at one place', () => {
      const lanes = picture.edges
        .filter(({ corners }) => corners.length > 2)
        .map(({ to, corners: [, above, below] }) => ({
          to,
          x: above?.[0],
          low: Math.min(above?.[1] ?? 0, below?.[1] ?? 0),
          high: Math.max(above?.[1] ?? 0, below?.[1] ?? 0),
        }));
      for (const one of lanes) {
        for (const other of lanes) {
          const meet = one.x === other.x && one.low <= other.high && other.low <= one.high;
          if (meet) expect(one.to).toBe(other.to);
        }
      }
    });
  },
);
