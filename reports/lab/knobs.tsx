import { ciliumReleases } from '../../model/release.ts';
import type { ScenarioJson } from '../../sim/index.ts';
import { Bound } from './bound.tsx';
import { FaultKnobs } from './fault-knobs.tsx';
import { Seconds, Slider, Typed } from './inputs.tsx';
import { delayMeanings, delayText } from './knob-text.ts';
import { sandboxId, slowestNode } from './knobbed.ts';
import { type DelayName, delayNames, isUntouched, type Place, untouched } from './place.ts';
import type { LabRun, Plotted } from './protocol.ts';
import { SafeDurationPlot } from './safe-duration-plot.tsx';

const second = 1_000_000;

/** What of a run can be changed, and the smallest safe duration that comes of it. */
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
        <SafeDurationPlot plot={plot} duration={duration} />
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
