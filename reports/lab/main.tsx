import { render } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ScenarioJson } from '../../sim/index.ts';
import { instantText, spanText } from '../instant-text.ts';
import type { LabContent } from '../lab-page.ts';
import { Charts } from './charts.tsx';
import { knobbed, sandboxId, sized } from './knobbed.ts';
import { Knobs } from './knobs.tsx';
import { Lesson, stepsOf } from './lesson.tsx';
import {
  isUntouched,
  type Place,
  readPlace,
  start,
  type View,
  untouched,
  views,
  writePlace,
} from './place.ts';
import type { LabLesson, LabRun, NodeLook, Plotted, Request, Response } from './protocol.ts';
import { Timeline } from './timeline.tsx';
import { Events, Matrix, NodePanel, Why } from './views.tsx';

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';
const lessons = JSON.parse(textOf('lessons')) as readonly LabLesson[];
const content = JSON.parse(textOf('content')) as
  (Omit<LabContent, 'scenario'> & { readonly scenario: ScenarioJson }) | null;
/** The lesson that stands for the run that the page was made for. */
const ownId = 'content';

const worker = new Worker(
  URL.createObjectURL(new Blob([textOf('worker')], { type: 'text/javascript' })),
);
const waiting = new Map<number, (response: Response) => void>();
worker.addEventListener('message', ({ data }: MessageEvent<Response>) => {
  waiting.get(data.id)?.(data);
  waiting.delete(data.id);
});
let asked = 0;

type Question<One> = One extends { readonly id: number } ? Omit<One, 'id'> : never;

function ask(question: Question<Request>): Promise<Response> {
  asked += 1;
  const id = asked;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker.postMessage({ ...question, id });
  });
}

function scenarioOf(lesson: string): ScenarioJson | undefined {
  if (lesson === ownId) return content?.scenario;
  return lessons.find(({ id }) => id === lesson)?.scenario;
}

/** The place in the URL, and how to go elsewhere. */
function usePlace(): readonly [Place, (change: Partial<Place>) => void] {
  const first = (): Place => {
    const read = readPlace(location.hash);
    return read.lesson === '' && content !== null && location.hash === ''
      ? { ...start, lesson: ownId }
      : read;
  };
  const [place, setPlace] = useState<Place>(first);
  const written = useRef(location.hash);
  useEffect(() => {
    const arrive = (): void => {
      if (location.hash !== written.current) setPlace(readPlace(location.hash));
    };
    addEventListener('hashchange', arrive);
    return () => {
      removeEventListener('hashchange', arrive);
    };
  }, []);
  const go = (change: Partial<Place>): void => {
    setPlace((before) => {
      const after = { ...before, ...change };
      written.current = writePlace(after);
      // A lesson or a step is worth going back to; a moment is not.
      const isNew = after.lesson !== before.lesson || after.step !== before.step;
      history[isNew ? 'pushState' : 'replaceState'](null, '', written.current);
      return after;
    });
  };
  return [place, go];
}

/** The result of a question of the worker; the one before it until it is there. */
function useRun(scenario: ScenarioJson | undefined): {
  readonly run: LabRun | undefined;
  readonly failure: string | undefined;
  readonly busy: boolean;
} {
  const [state, setState] = useState<{
    readonly of: ScenarioJson | undefined;
    readonly run: LabRun | undefined;
    readonly failure: string | undefined;
  }>({ of: undefined, run: undefined, failure: undefined });
  useEffect(() => {
    if (scenario === undefined) return;
    let stale = false;
    void ask({ kind: 'run', scenario }).then((response) => {
      if (stale) return;
      if (response.kind === 'run')
        setState({ of: scenario, run: response.run, failure: undefined });
      if (response.kind === 'failed')
        setState({ of: scenario, run: undefined, failure: response.message });
    });
    return () => {
      stale = true;
    };
  }, [scenario]);
  return { run: state.run, failure: state.failure, busy: state.of !== scenario };
}

/** Where a lesson begins; the sandbox, with what it is for. */
function openedOn(lesson: string): Place {
  return { ...start, lesson, view: lesson === sandboxId ? 'knobs' : start.view };
}

function Lab() {
  const [place, go] = usePlace();
  const scenario = scenarioOf(place.lesson);
  if (scenario === undefined) return <Home onOpen={(lesson) => go(openedOn(lesson))} />;
  return <Bench key={place.lesson} {...{ scenario, place, go }} />;
}

function Home({ onOpen }: { readonly onOpen: (lesson: string) => void }) {
  // What keyturn is about comes first, what happened elsewhere last.
  const names = new Set(
    lessons.filter(({ id }) => id !== sandboxId).map(({ id }) => id.split('/')[0] ?? ''),
  );
  const between = [...names].filter((name) => name !== 'rotation' && name !== 'incidents');
  const folders = ['rotation', ...between, 'incidents'].filter((name) => names.has(name));
  return (
    <main class="home">
      <h1>keyturn lab</h1>
      <p class="lead">
        Watch an IPsec key rotation of a Cilium cluster go wrong, find out why, and make it safe.
        The simulator runs in this page; nothing leaves it.
      </p>
      {content === null ? null : (
        <button type="button" class="primary" onClick={() => onOpen(ownId)}>
          The run of this report: {content.scenario.title}
        </button>
      )}
      <p>
        <a
          class="sandbox"
          href={`#/${sandboxId}`}
          onClick={(event) => {
            event.preventDefault();
            onOpen(sandboxId);
          }}
        >
          <b>Sandbox</b>
          <span>A cluster to try things on: choose delays, faults, release and duration.</span>
        </a>
      </p>
      {folders.map((folder) => (
        <section key={folder}>
          <h2>{folder}</h2>
          <ul class="cards">
            {lessons
              .filter(({ id }) => id.startsWith(`${folder}/`))
              .map(({ id, scenario }) => (
                <li key={id}>
                  <a
                    href={`#/${id}`}
                    onClick={(event) => {
                      event.preventDefault();
                      onOpen(id);
                    }}
                  >
                    <b>{scenario.title}</b>
                    <span>{scenario.lesson.sees[0]?.replaceAll('`', '')}</span>
                  </a>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </main>
  );
}

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

function Bench({
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

function Outcome({
  run,
  busy,
  secret,
}: {
  readonly run: LabRun;
  readonly busy: boolean;
  readonly secret: boolean;
}) {
  const { verdict } = run;
  const tight = verdict.kind === 'safe' && (verdict.margin?.smallest ?? 0) < 0;
  const kind = tight ? 'unsafe' : verdict.kind;
  const sign = { safe: '✓', unsafe: '✕', inconclusive: '?' }[kind];
  if (secret) return <p class="outcome">Safe or unsafe? Decide first.</p>;
  return (
    <p
      class={`outcome ${kind}`}
      id="verdict"
      data-verdict={kind}
      data-busy={String(busy)}
      role="status"
    >
      <b>
        {sign} {kind}
      </b>{' '}
      {busy ? 'simulating…' : detail()}
    </p>
  );
  function detail(): string {
    if (verdict.kind === 'inconclusive') return verdict.reason;
    if (tight) return 'nothing was lost, but a margin is negative';
    const margin =
      verdict.margin === undefined ? '' : `, margin ${spanText(verdict.margin.smallest)}`;
    return `${run.lost} of ${run.sent} probes lost${margin}`;
  }
}

function Digest({
  run,
  turned,
  place,
}: {
  readonly run: LabRun;
  readonly turned: ScenarioJson;
  readonly place: Place;
}) {
  const expected = place.lesson === ownId ? content?.digest : undefined;
  const pristine = isUntouched(place);
  const differs = expected !== undefined && pristine && expected !== run.digest;
  return (
    <footer>
      <p>
        seed {turned.seed} · digest <code id="digest">{run.digest}</code>
      </p>
      {differs ? (
        <p role="alert">
          The report's own run had the digest {expected}: another version of keyturn made it, or an
          agent that is not in this page.
        </p>
      ) : null}
    </footer>
  );
}

function useKeys({
  place,
  at,
  toStep,
  setAt,
}: {
  readonly place: Place;
  readonly at: number;
  readonly toStep: (step: number) => void;
  readonly setAt: (at: number) => void;
}): void {
  // Before the next paint: a key that follows at once has to start from the step that is shown.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      const takesKeys = /^(?:INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
      const presses = target.tagName === 'BUTTON' || target.tagName === 'A';
      if (takesKeys || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === ' ' && presses) return;
      const action = {
        ArrowRight: () => toStep(place.step + 1),
        ArrowLeft: () => toStep(place.step - 1),
        ' ': () => toStep(place.step + 1),
        '.': () => setAt(at + 1_000_000),
        ',': () => setAt(at - 1_000_000),
        '+': () => document.querySelector<HTMLElement>('[aria-label="Zoom in"]')?.click(),
        '-': () => document.querySelector<HTMLElement>('[aria-label="Zoom out"]')?.click(),
      }[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', press);
    return () => {
      removeEventListener('keydown', press);
    };
  });
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

function useLook(run: LabRun, at: number, node: number, wanted: boolean): NodeLook | undefined {
  const [look, setLook] = useState<NodeLook | undefined>(undefined);
  useEffect(() => {
    if (!wanted) return;
    let stale = false;
    const timer = setTimeout(() => {
      void ask({ kind: 'look', at, node }).then((response) => {
        if (!stale && response.kind === 'look') setLook(response.look);
      });
    }, 120);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [run, at, node, wanted]);
  return look;
}

function usePlot(scenario: ScenarioJson, wanted: boolean): Plotted | undefined {
  const [plot, setPlot] = useState<Plotted | undefined>(undefined);
  useEffect(() => {
    if (!wanted) return;
    let stale = false;
    void ask({ kind: 'plot', scenario }).then((response) => {
      if (!stale && response.kind === 'plot') setPlot(response.plot);
    });
    return () => {
      stale = true;
    };
  }, [scenario, wanted]);
  return plot;
}

const root = document.getElementById('lab');
if (root !== null) render(<Lab />, root);
