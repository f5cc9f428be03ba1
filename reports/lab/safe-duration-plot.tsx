import { spanText } from '../instant-text.ts';
import type { Plotted } from './protocol.ts';

const second = 1_000_000;

/** Delay against safe duration, and where one is. */
export function SafeDurationPlot({
  plot,
  duration,
}: {
  readonly plot: Plotted | undefined;
  readonly duration: number;
}) {
  if (plot === undefined) return <p class="faint">Drawing the plot…</p>;
  if (plot.points.length < 2) return <p class="faint">No plot: nothing is rotated here.</p>;
  const { node, points, present } = plot;
  const most = ceiling(Math.max(duration, ...points.map(({ needed }) => needed)) * 1.05);
  const widest = points.at(-1)?.delay ?? 1;
  const x = (delay: number): number => 58 + (delay / widest) * 300;
  const y = (needed: number): number => 190 - (needed / most) * 170;
  const line = points.map(({ delay, needed }) => `${x(delay)},${y(needed)}`).join(' ');
  const high = y(duration) < 40;
  return (
    <figure class="plot">
      <figcaption>Smallest safe duration, by the delay of the secret to {node}</figcaption>
      <svg
        viewBox="0 0 370 232"
        role="img"
        aria-label={`Smallest safe duration against the delay of the secret to ${node}: ${points
          .filter((_, index) => index % 4 === 0)
          .map(({ delay, needed }) => `${spanText(delay)} needs ${spanText(needed)}`)
          .join(', ')}. Yours is ${spanText(duration)}.`}
      >
        <polygon class="safe-area" points={`${x(0)},20 ${line} ${x(widest)},20`} />
        {[0, most / 2, most].map((value) => (
          <g key={value}>
            <line class="grid" x1={58} x2={358} y1={y(value)} y2={y(value)} />
            <text x={52} y={y(value) + 4} text-anchor="end">
              {spanText(value)}
            </text>
          </g>
        ))}
        <polyline class="bound-line" points={line} />
        <line class="axis" x1={58} x2={358} y1={190} y2={190} />
        <line class="axis" x1={58} x2={58} y1={20} y2={190} />
        <line class="yours" x1={58} x2={358} y1={y(duration)} y2={y(duration)} />
        {present === undefined ? null : (
          <circle class="here" cx={x(Math.min(present, widest))} cy={y(duration)} r={6} />
        )}
        <text x={66} y={high ? 34 + y(duration) : 36}>
          above the curve: safe
        </text>
        <text x={354} y={182} text-anchor="end">
          below: unsafe
        </text>
        <text x={354} y={y(duration) + (high ? 15 : -8)} text-anchor="end">
          yours, {spanText(duration)}
        </text>
        {[0, widest / 2, widest].map((delay) => (
          <text key={delay} x={x(delay)} y={206} text-anchor={delay === widest ? 'end' : 'middle'}>
            {spanText(delay)}
          </text>
        ))}
        <text x={208} y={224} text-anchor="middle">
          ● here: the secret takes {present === undefined ? '…' : spanText(present)}
        </text>
      </svg>
    </figure>
  );
}

/** The next round length of time, of which half is round as well. */
function ceiling(span: number): number {
  const minute = 60 * second;
  const step = span > 20 * minute ? 10 * minute : span > 5 * minute ? 2 * minute : minute;
  return Math.max(step, Math.ceil(span / step) * step);
}
