import { ciliumReleases } from '../../model/release.ts';
import type { ScenarioJson } from '../../sim/index.ts';
import { spanText } from '../instant-text.ts';
import { slowestNode } from './knobbed.ts';
import type { Place } from './place.ts';
import type { LabRun, PlotPoint } from './protocol.ts';

const second = 1_000_000;

/** The smallest duration that is enough, up to the millisecond, as the command prints it. */
export function neededOf(run: LabRun): number | undefined {
  const { verdict } = run;
  const needed =
    verdict.kind === 'inconclusive' ? undefined : verdict.margin?.neededRotationDuration;
  return needed === undefined ? undefined : Math.ceil(needed / 1000) * 1000;
}

/** Whether no packet was lost, nor would have been with a probe at the worst moment. */
export function isSafe({ verdict }: LabRun): boolean {
  return verdict.kind === 'safe' && (verdict.margin?.smallest ?? 0) >= 0;
}

export function Knobs({
  scenario,
  place,
  run,
  plot,
  onChange,
}: {
  readonly scenario: ScenarioJson;
  readonly place: Place;
  readonly run: LabRun;
  readonly plot: { readonly node: string; readonly points: readonly PlotPoint[] } | undefined;
  readonly onChange: (change: Partial<Place>) => void;
}) {
  const [cluster] = scenario.clusters;
  const duration = place.rotationDuration ?? cluster?.settings.rotationDuration ?? 0;
  const needed = neededOf(run);
  const slow = slowestNode(scenario);
  const slowest = place.slowest ?? slow.delay;
  return (
    <div class="knobs">
      <div class="controls">
        <Slider
          label="ipsec-key-rotation-duration"
          value={duration}
          most={Math.max(20 * 60 * second, duration)}
          onChange={(rotationDuration) => onChange({ rotationDuration })}
        />
        <Slider
          label={`the secret reaches ${slow.cluster}/${slow.node} after`}
          value={slowest}
          most={20 * 60 * second}
          onChange={(slowest) => onChange({ slowest })}
        />
        <label>
          Cilium release
          <select
            value={place.release ?? cluster?.release}
            onChange={(event) =>
              onChange({ release: (event.currentTarget as HTMLSelectElement).value })
            }
          >
            {ciliumReleases.map((release) => (
              <option key={release}>{release}</option>
            ))}
          </select>
        </label>
        <label>
          Seed
          <input
            type="text"
            value={place.seed ?? scenario.seed}
            onChange={(event) => {
              const seed = (event.currentTarget as HTMLInputElement).value;
              if (seed !== '') onChange({ seed });
            }}
          />
        </label>
        <button
          type="button"
          onClick={() =>
            onChange({
              ...{ rotationDuration: undefined, slowest: undefined, release: undefined },
              ...{ seed: undefined, healed: false },
            })
          }
        >
          As the scenario has it
        </button>
      </div>
      <div class="bound">
        <p aria-live="polite" id="bound" data-safe={String(isSafe(run))}>
          {needed === undefined ? (
            'In this run some pair never moved to the new key, so no duration would have been enough.'
          ) : (
            <>
              Smallest safe duration in this run: <b>{spanText(needed)}</b>.{' '}
              {duration >= needed
                ? `Yours keeps the old key ${spanText(duration - needed)} longer.`
                : `Yours is ${spanText(needed - duration)} too short.`}
            </>
          )}
        </p>
        <Plot plot={plot} duration={duration} slowest={slowest} />
      </div>
    </div>
  );
}

function Slider({
  label,
  value,
  most,
  onChange,
}: {
  readonly label: string;
  readonly value: number | undefined;
  readonly most: number;
  readonly onChange: (value: number) => void;
}) {
  return (
    <div class="slider">
      <label>
        {label}
        <input
          type="range"
          min={0}
          max={most}
          step={5 * second}
          value={value ?? 0}
          onChange={(event) => onChange(Number((event.currentTarget as HTMLInputElement).value))}
        />
      </label>
      <label class="exact">
        <span class="hidden">{label}, in seconds</span>
        <input
          type="number"
          min={0}
          step={0.001}
          value={value === undefined ? '' : value / second}
          placeholder="as drawn"
          onChange={(event) => {
            const typed = Number((event.currentTarget as HTMLInputElement).value);
            if (Number.isFinite(typed) && typed >= 0) onChange(Math.round(typed * second));
          }}
        />{' '}
        s
      </label>
    </div>
  );
}

/** Delay against safe duration, and where one is. */
function Plot({
  plot,
  duration,
  slowest,
}: {
  readonly plot: { readonly node: string; readonly points: readonly PlotPoint[] } | undefined;
  readonly duration: number;
  readonly slowest: number | undefined;
}) {
  if (plot === undefined) return <p class="faint">Drawing the plot…</p>;
  if (plot.points.length < 2) return <p class="faint">No plot: nothing is rotated here.</p>;
  const most = Math.max(duration, ...plot.points.map(({ needed }) => needed)) * 1.1;
  const widest = plot.points.at(-1)?.delay ?? 1;
  const x = (delay: number): number => 52 + (delay / widest) * 300;
  const y = (needed: number): number => 180 - (needed / most) * 160;
  const line = plot.points.map(({ delay, needed }) => `${x(delay)},${y(needed)}`).join(' ');
  return (
    <figure class="plot">
      <svg
        viewBox="0 0 370 222"
        role="img"
        aria-label={`Smallest safe duration against the delay of the secret to ${plot.node}`}
      >
        <polygon class="safe-area" points={`${x(0)},20 ${line} ${x(widest)},20`} />
        <polyline class="bound-line" points={line} />
        <line class="axis" x1={52} x2={352} y1={180} y2={180} />
        <line class="axis" x1={52} x2={52} y1={20} y2={180} />
        <line class="yours" x1={52} x2={352} y1={y(duration)} y2={y(duration)} />
        {slowest === undefined ? null : (
          <circle class="here" cx={x(Math.min(slowest, widest))} cy={y(duration)} r={5} />
        )}
        <text x={60} y={34}>
          safe
        </text>
        <text x={350} y={174} text-anchor="end">
          unsafe
        </text>
        <text x={350} y={Math.max(14, y(duration) - 5)} text-anchor="end">
          your duration
        </text>
        {[0, widest / 2, widest].map((delay) => (
          <text key={delay} x={x(delay)} y={196} text-anchor={delay === widest ? 'end' : 'middle'}>
            {spanText(Math.round(delay / second) * second)}
          </text>
        ))}
        <text x={202} y={214} text-anchor="middle">
          delay of the secret to {plot.node}
        </text>
        <text x={48} y={y(most / 2)} text-anchor="end">
          {spanText(Math.round(most / 2 / second) * second).split(' ')[0]}
        </text>
      </svg>
    </figure>
  );
}
