import { useState } from 'preact/hooks';
import { ciliumReleases } from '../../model/release.ts';
import type { ScenarioJson } from '../../sim/index.ts';
import { instantText, spanText } from '../instant-text.ts';
import { addedNames, delayMeanings, delayText, faultText } from './knob-text.ts';
import { sandboxId, slowestNode } from './knobbed.ts';
import {
  type AddedKind,
  addedKinds,
  type DelayName,
  delayNames,
  isUntouched,
  type Place,
  untouched,
} from './place.ts';
import type { LabRun, Plotted } from './protocol.ts';

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
  turned,
  place,
  run,
  plot,
  at,
  onChange,
}: {
  /** As it is without knobs, but for its size. */
  readonly scenario: ScenarioJson;
  readonly turned: ScenarioJson;
  readonly place: Place;
  readonly run: LabRun;
  readonly plot: Plotted | undefined;
  readonly at: number;
  readonly onChange: (change: Partial<Place>) => void;
}) {
  const [cluster] = turned.clusters;
  const duration = cluster?.settings.rotationDuration ?? 0;
  const slow = slowestNode(scenario);
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
          value={place.slowest ?? slow.delay}
          instead={plot?.present}
          most={20 * 60 * second}
          onChange={(slowest) => onChange({ slowest })}
        />
        <Fields {...{ scenario, place, onChange }} />
        <DelayKnobs {...{ scenario, place, onChange }} />
        <FaultKnobs {...{ scenario, place, at, nodes: run.nodes, onChange }} />
        <button type="button" disabled={isUntouched(place)} onClick={() => onChange(untouched)}>
          As the scenario has it
        </button>
      </div>
      <div class="bound">
        <Bound run={run} duration={duration} />
        <Plot plot={plot} duration={duration} />
      </div>
    </div>
  );
}

function Fields({
  scenario,
  place,
  onChange,
}: {
  readonly scenario: ScenarioJson;
  readonly place: Place;
  readonly onChange: (change: Partial<Place>) => void;
}) {
  return (
    <div class="fields">
      <label>
        Cilium release
        <select
          value={place.release ?? scenario.clusters[0]?.release}
          onChange={(event) => onChange({ release: event.currentTarget.value })}
        >
          {ciliumReleases.map((release) => (
            <option key={release}>{release}</option>
          ))}
        </select>
      </label>
      <label>
        Seed
        <Typed
          inputMode="text"
          value={place.seed ?? scenario.seed}
          onChange={(seed) => {
            if (seed !== '') onChange({ seed });
          }}
        />
      </label>
      {place.lesson !== sandboxId ? null : (
        <label>
          Nodes
          <Typed
            inputMode="numeric"
            value={String(scenario.clusters[0]?.nodes.length)}
            onChange={(typed) => {
              const nodes = Math.round(Number(typed));
              if (nodes >= 2 && nodes <= 30) onChange({ nodes, node: 0 });
            }}
          />
        </label>
      )}
    </div>
  );
}

function DelayKnobs({
  scenario,
  place,
  onChange,
}: {
  readonly scenario: ScenarioJson;
  readonly place: Place;
  readonly onChange: (change: Partial<Place>) => void;
}) {
  const set = (name: DelayName, value: number | undefined): void => {
    const kept = delayNames
      .filter((one) => one !== name)
      .map((one) => [one, place.delays[one]] as const);
    onChange({ delays: Object.fromEntries([...kept, [name, value]]) });
  };
  return (
    <details open={Object.values(place.delays).some((value) => value !== undefined)}>
      <summary>Delays</summary>
      <p class="faint">
        A number makes the delay that long, always and for every node that has none of its own;
        without one it is as the scenario has it.
      </p>
      <div class="delays">
        {delayNames.map((name) => (
          <label key={name}>
            <span>
              <code>{name}</code> <span class="faint">{delayMeanings[name]}</span>
            </span>
            <span class="exact">
              <Seconds
                label={`${name}, in seconds`}
                value={place.delays[name]}
                placeholder={delayText(scenario.delays[name])}
                onChange={(value) => set(name, value)}
              />{' '}
              s
            </span>
          </label>
        ))}
      </div>
    </details>
  );
}

/** Something to be typed. What is half typed stays, whatever is drawn anew meanwhile. */
function Typed({
  value,
  onChange,
  ...others
}: {
  readonly inputMode: 'text' | 'numeric' | 'decimal';
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly 'aria-label'?: string;
  readonly placeholder?: string;
}) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  return (
    <input
      type="text"
      {...others}
      value={draft ?? value}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onChange={(event) => {
        setDraft(undefined);
        onChange(event.currentTarget.value);
      }}
    />
  );
}

/** A length of time to be typed; nothing typed is undefined. */
function Seconds({
  label,
  value,
  placeholder,
  onChange,
}: {
  readonly label: string;
  readonly value: number | undefined;
  readonly placeholder: string;
  readonly onChange: (value: number | undefined) => void;
}) {
  return (
    <Typed
      inputMode="decimal"
      aria-label={label}
      value={value === undefined ? '' : String(value / second)}
      placeholder={placeholder}
      onChange={(typed) => {
        const seconds = Number(typed);
        if (typed === '') onChange(undefined);
        else if (Number.isFinite(seconds) && seconds >= 0) onChange(Math.round(seconds * second));
      }}
    />
  );
}

function FaultKnobs({
  scenario,
  place,
  at,
  nodes,
  onChange,
}: {
  readonly scenario: ScenarioJson;
  readonly place: Place;
  readonly at: number;
  readonly nodes: readonly string[];
  readonly onChange: (change: Partial<Place>) => void;
}) {
  const { faults, off } = place;
  const [kind, setKind] = useState<AddedKind>('restartAgent');
  const [node, setNode] = useState(nodes[place.node] ?? '');
  const [duration, setDuration] = useState(30 * second);
  const add = (): void => {
    const known = nodes.includes(node) ? node : (nodes[0] ?? '');
    onChange({ faults: [...faults, { kind, node: known, at: Math.round(at), duration }] });
  };
  return (
    <details open={faults.length + off.length > 0}>
      <summary>Faults</summary>
      <ul class="faults">
        {scenario.faults.map(({ at: when, fault }, index) => (
          <li key={index}>
            <label>
              <input
                type="checkbox"
                checked={!off.includes(index)}
                onChange={(event) => {
                  const others = off.filter((one) => one !== index);
                  onChange({ off: event.currentTarget.checked ? others : [...others, index] });
                }}
              />{' '}
              {instantText(when)} {faultText(fault)}
            </label>
          </li>
        ))}
        {faults.map((fault, index) => (
          <li key={`added ${index}`}>
            {instantText(fault.at)} {fault.node}: {addedNames[fault.kind]}, for{' '}
            {spanText(fault.duration)}{' '}
            <button
              type="button"
              onClick={() => onChange({ faults: faults.filter((_, other) => other !== index) })}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <div class="fields">
        <label class="wide">
          What happens
          <select
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value as AddedKind)}
          >
            {addedKinds.map((one) => (
              <option key={one} value={one}>
                {addedNames[one]}
              </option>
            ))}
          </select>
        </label>
        <label>
          At node
          <select value={node} onChange={(event) => setNode(event.currentTarget.value)}>
            {nodes.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          For
          <span class="exact">
            <Seconds
              label="for so many seconds"
              value={duration}
              placeholder=""
              onChange={(value) => setDuration(value ?? 0)}
            />{' '}
            s
          </span>
        </label>
        <button type="button" onClick={add}>
          Add at {instantText(at)}
        </button>
      </div>
    </details>
  );
}

function comparison(run: LabRun, duration: number, needed: number): string {
  if (duration < needed) return `Yours is ${spanText(needed - duration)} too short.`;
  return isSafe(run)
    ? `Yours keeps the old key ${spanText(duration - needed)} longer.`
    : 'Yours is long enough: what goes wrong has another cause, which a longer one does not cure.';
}

/** The smallest safe duration, of this run and of any. */
function Bound({ run, duration }: { readonly run: LabRun; readonly duration: number }) {
  const needed = neededOf(run);
  const { plan } = run;
  return (
    <>
      <p aria-live="polite" id="bound" data-safe={String(isSafe(run))}>
        {needed === undefined ? (
          'In this run some pair never moved to the new key, so no duration would have been enough.'
        ) : (
          <>
            Smallest safe duration in this run: <b>{spanText(needed)}</b>.{' '}
            {comparison(run, duration, needed)}
          </>
        )}
      </p>
      {plan === undefined ? null : (
        <p id="plan">
          {plan.refusal === undefined
            ? 'Smallest for every seed'
            : 'For every seed no duration is safe'}
          , as <code>keyturn plan</code> prints it: <b>{spanText(plan.needed)}</b>
          {plan.refusal === undefined ? '.' : ` would do, but ${plan.refusal}.`}
        </p>
      )}
    </>
  );
}

function Slider({
  label,
  value,
  instead = 0,
  most,
  onChange,
}: {
  readonly label: string;
  readonly value: number | undefined;
  /** Where the slider stands without a value. */
  readonly instead?: number | undefined;
  readonly most: number;
  readonly onChange: (value: number | undefined) => void;
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
          value={value ?? instead}
          onChange={(event) => onChange(Number(event.currentTarget.value))}
        />
      </label>
      <label class="exact">
        <Seconds
          label={`${label}, in seconds`}
          value={value}
          placeholder="as drawn"
          onChange={onChange}
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
