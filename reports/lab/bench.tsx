import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ScenarioJson } from '../../sim/index.ts';
import { instantText } from '../instant-text.ts';
import { Charts } from './charts.tsx';
import { knobbed, sized } from './knobbed.ts';
import { Knobs } from './knobs.tsx';
import { Lesson, stepsOf } from './lesson.tsx';
import { Digest, Outcome } from './outcome.tsx';
import { ownId } from './page-data.ts';
import {
  isUntouched,
  type Place,
  start,
  type View,
  untouched,
  views,
  writePlace,
} from './place.ts';
import type { LabRun } from './protocol.ts';
import { ask } from './simulator.ts';
import { Timeline } from './timeline.tsx';
import { useKeys } from './use-keys.ts';
import { useLook, usePlot, useRun } from './use-simulator.ts';
import { Events, Matrix, NodePanel, Why } from './views.tsx';

const viewNames: Readonly<Record<View, string>> = {
  timeline: 'Events',
  matrix: 'Matrix',
  why: 'Why',
  node: 'Node',
  charts: 'Charts',
  knobs: 'Knobs',
};

/** What of a place decides the run. */
function knobsOf(place: Place): Partial<Place> {
  const names = Object.keys(untouched) as (keyof Place)[];
  return Object.fromEntries([
    ['lesson', place.lesson],
    ...names.map((name) => [name, place[name]] as const),
  ]);
}

/** One lesson, or the sandbox: its run, and all that can be seen and turned. */
export function Bench({
  scenario,
  place,
  go,
}: {
  readonly scenario: ScenarioJson;
  readonly place: Place;
  readonly go: (change: Partial<Place>) => void;
}) {
  const knobs = writePlace({ ...start, ...knobsOf(place) });
  const turned = useMemo(() => knobbed(scenario, place), [scenario, knobs]);
  const { run, failure, busy } = useRun(turned);
  const [original, setOriginal] = useState<LabRun | undefined>(undefined);
  const pristine = isUntouched(place);
  useEffect(() => {
    if (run !== undefined && pristine && !busy) setOriginal(run);
  }, [run, pristine, busy]);
  useEffect(() => {
    if (pristine || original !== undefined) return;
    const asItIs = sized(scenario, { ...start, lesson: place.lesson });
    void ask({ kind: 'run', scenario: asItIs }).then((response) => {
      if (response.kind === 'run') setOriginal(response.run);
      // The worker looks at nodes of the scenario that it ran last.
      void ask({ kind: 'run', scenario: turned });
    });
  }, []);
  if (failure !== undefined) return <p role="alert">The run failed: {failure}</p>;
  if (run === undefined || original === undefined) {
    return (
      <main class="waiting">
        <p role="status">Simulating…</p>
      </main>
    );
  }
  return <Running {...{ scenario, turned, place, go, run, original, busy }} />;
}

function Running(parts: {
  readonly scenario: ScenarioJson;
  readonly turned: ScenarioJson;
  readonly place: Place;
  readonly go: (change: Partial<Place>) => void;
  readonly run: LabRun;
  readonly original: LabRun;
  readonly busy: boolean;
}) {
  const { scenario, turned, place, go, run, original, busy } = parts;
  const at = Math.min(place.at, run.end);
  const node = Math.min(place.node, run.nodes.length - 1);
  const steps = stepsOf(scenario, original);
  // The question comes before its answer.
  const secret =
    steps.length > 1 &&
    place.step === 0 &&
    place.lesson !== ownId &&
    place.view === 'timeline' &&
    isUntouched(place);
  const shown = useMemo(() => (secret ? { ...run, drops: [] } : run), [run, secret]);
  const toStep = (step: number): void => {
    const to = Math.max(0, Math.min(steps.length - 1, step));
    const next = steps[to];
    go({
      step: to,
      ...(next?.kind === 'text' ? { at: Math.round(next.at) } : {}),
      ...(next?.kind === 'text' && next.title === 'Why' && place.view === 'timeline'
        ? { view: 'why' as const }
        : {}),
    });
  };
  const [playing, setPlaying] = useState(false);
  const setAt = (next: number): void =>
    go({ at: Math.max(0, Math.min(run.end, Math.round(next))) });
  useKeys({ place, at, toStep, setAt });
  usePlay(playing, run, at, (next) => {
    setAt(next);
    if (next >= run.end) setPlaying(false);
  });
  const look = useLook(run, at, node, place.view === 'node' && !busy && !playing);
  const plot = usePlot(turned, place.view === 'knobs');
  const select = (next: number): void => go({ node: next });
  return (
    <div class="bench">
      <header>
        <a
          href="#/"
          onClick={(event) => {
            event.preventDefault();
            go(start);
          }}
        >
          keyturn lab
        </a>
        <h1>{scenario.title}</h1>
        <Outcome {...{ run, busy, secret }} />
      </header>
      <Lesson {...{ scenario, original, run, place }} onStep={toStep} onChange={go} />
      <main>
        <Timeline
          run={shown}
          at={at}
          selected={node}
          onAt={setAt}
          onNode={select}
          onDrop={(when) => go({ at: when, view: 'why' })}
        />
        <div class="scrub">
          <button
            type="button"
            onClick={() => setPlaying(!playing)}
            aria-label={playing ? 'Pause' : 'Play'}
          >
            {playing ? '❚❚' : '▶'}
          </button>
          <input
            type="range"
            aria-label="Moment of the run"
            aria-valuetext={instantText(at)}
            min={0}
            max={run.end}
            step={100_000}
            value={at}
            onInput={(event) => setAt(Number((event.currentTarget as HTMLInputElement).value))}
          />
          <output>{instantText(at)}</output>
        </div>
        <div class="tabs" role="tablist" aria-label="Views">
          {views.map((view) => (
            <button
              type="button"
              role="tab"
              key={view}
              id={`tab-${view}`}
              aria-selected={place.view === view}
              aria-controls="view"
              onClick={() => go({ view })}
            >
              {viewNames[view]}
            </button>
          ))}
        </div>
        <div id="view" class="view" role="tabpanel" aria-labelledby={`tab-${place.view}`}>
          {place.view === 'timeline' ? <Events {...{ run, at }} onAt={setAt} /> : null}
          {place.view === 'matrix' ? <Matrix {...{ run, at }} /> : null}
          {place.view === 'why' ? <Why {...{ run, at }} onAt={setAt} /> : null}
          {place.view === 'node' ? <NodePanel {...{ run, node, look }} onNode={select} /> : null}
          {place.view === 'charts' ? <Charts {...{ run, at, node }} onAt={setAt} /> : null}
          {place.view === 'knobs' ? (
            <Knobs
              {...{ turned, place, run, plot, at }}
              scenario={sized(scenario, place)}
              onChange={go}
            />
          ) : null}
        </div>
        <Digest {...{ run, turned, place }} />
      </main>
    </div>
  );
}

/** A run is played in half a minute, whatever its length. */
function usePlay(playing: boolean, run: LabRun, at: number, setAt: (at: number) => void): void {
  const now = useRef(at);
  now.current = at;
  useEffect(() => {
    if (!playing) return;
    let last = performance.now();
    let frame = requestAnimationFrame(function draw(time) {
      setAt(Math.min(run.end, now.current + ((time - last) / 30_000) * run.end));
      last = time;
      frame = requestAnimationFrame(draw);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [playing, run]);
}
