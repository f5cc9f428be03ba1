import { charts } from '../../model/charts.ts';
import type { Chart } from '../../model/chart.ts';
import { instantText } from '../instant-text.ts';
import { boxWidth, chartPicture, labelOf } from './chart-layout.ts';
import type { LabRun } from './protocol.ts';

/** Of what a chart is the life: of each cluster, of each node, or of each use of a key on a node. */
const subjects: Readonly<Record<string, 'cluster' | 'node' | 'key'>> = {
  rotation: 'cluster',
  'secret-store': 'cluster',
  'kubelet-volume': 'node',
  agent: 'node',
  node: 'node',
  'key-timing': 'key',
};

/** One thing whose life a chart is, with the state it is in. */
interface Lit {
  readonly who: string;
  readonly state: string;
  readonly since: number | undefined;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** The model's charts as pictures; those whose state the trace tells have it lit. */
export function Charts({
  run,
  at,
  node,
  onAt,
}: {
  readonly run: LabRun;
  readonly at: number;
  readonly node: number;
  readonly onAt: (at: number) => void;
}) {
  const followed = charts.filter(({ name }) => subjects[name] !== undefined);
  const others = charts.filter(({ name }) => subjects[name] === undefined);
  return (
    <>
      <p class="faint">
        The machines that the simulator runs, as they stand at {instantText(at)}; click a lane of
        the timeline to see another node's. What a box says is a state, what a line says is the
        event that leads along it.
      </p>
      <div class="charts">
        {followed.map((chart) => (
          <ChartFigure key={chart.name} {...{ chart, onAt }} lit={litOf(chart, run, at, node)} />
        ))}
      </div>
      <h3>Also in the model; the trace does not tell their state</h3>
      <div class="charts">
        {others.map((chart) => (
          <ChartFigure key={chart.name} {...{ chart, onAt }} lit={[]} />
        ))}
      </div>
    </>
  );
}

function litOf(chart: Chart, run: LabRun, at: number, node: number): readonly Lit[] {
  const subject = subjects[chart.name];
  if (subject === 'key') return keysLit(run, at, node);
  const cluster = run.clusters.indexOf(run.nodes[node]?.split('/')[0] ?? '');
  const of = subject === 'node' ? node : cluster;
  const changes = run.chartChanges.filter(
    (change) => change.chart === chart.name && change.of === of,
  );
  const index = changes.findLastIndex((change) => change.at <= at);
  const now = changes[index];
  return [
    {
      who: (subject === 'node' ? run.nodes[of] : run.clusters[of]) ?? '',
      state: now?.state ?? chart.initial,
      since: now?.at,
      before: changes.findLast((change) => change.at < (now?.at ?? 0))?.at,
      after: changes[index + 1]?.at,
    },
  ];
}

function keysLit(run: LabRun, at: number, node: number): readonly Lit[] {
  return run.spans
    .filter((span) => span.node === node && span.from <= at && at < span.to)
    .map(({ keyId, use, state, from }) => ({
      ...{ who: `${use === 'receive' ? 'receive' : 'send'} with key ${keyId}`, state, since: from },
      ...{ before: undefined, after: undefined },
    }));
}

function ChartFigure({
  chart,
  lit,
  onAt,
}: {
  readonly chart: Chart;
  readonly lit: readonly Lit[];
  readonly onAt: (at: number) => void;
}) {
  const id = `chart-${chart.name}`;
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption>
        <h3 id={id}>{chart.name}</h3>
        {lit.map((one) => (
          <LitLine key={one.who} {...{ chart, one, onAt }} />
        ))}
      </figcaption>
      <Picture {...{ chart, lit }} />
      <InWords {...{ chart, lit }} />
    </figure>
  );
}

function LitLine({
  chart,
  one,
  onAt,
}: {
  readonly chart: Chart;
  readonly one: Lit;
  readonly onAt: (at: number) => void;
}) {
  const { who, state, since, before, after } = one;
  const description = (chart.machine.states[state] as { readonly description?: string } | undefined)
    ?.description;
  const moments = [
    ['← change before', before],
    ['next change →', after],
  ] as const;
  return (
    <>
      <p>
        {who}: <b>{state}</b>
        {since === undefined || since === 0 ? '' : ` since ${instantText(since)}`}
      </p>
      {subjects[chart.name] === 'key' ? null : (
        <>
          {description === undefined ? null : <p class="faint">{description}</p>}
          <p class="moments">
            {moments.map(([label, moment]) => (
              <button
                key={label}
                type="button"
                disabled={moment === undefined}
                onClick={() => {
                  if (moment !== undefined) onAt(moment);
                }}
                aria-label={`${label}, of ${chart.name}`}
              >
                {label}
              </button>
            ))}
          </p>
        </>
      )}
    </>
  );
}

function Picture({ chart, lit }: { readonly chart: Chart; readonly lit: readonly Lit[] }) {
  const { width, height, boxes, edges } = chartPicture(chart);
  const isNow = (state: string): boolean => lit.some((one) => one.state === state);
  // What can happen next is drawn last, over what cannot.
  const ordered = [...edges].sort(
    (one, other) => Number(isNow(one.from)) - Number(isNow(other.from)),
  );
  return (
    <svg viewBox={`0 0 ${width} ${height}`} style={{ maxWidth: `${width}px` }} aria-hidden="true">
      {ordered.map(({ from, to, events, corners, label }) => (
        <g key={`${from} ${to}`} class={isNow(from) ? 'edge next' : 'edge'}>
          <polyline points={corners.map(([x, y]) => `${x},${y}`).join(' ')} />
          <polygon points={arrowHead(corners)} />
          <text x={label[0]} y={label[1]}>
            {labelOf(events)}
          </text>
        </g>
      ))}
      {boxes.map(({ state, top, height: tall }) => (
        <g key={state} class={isNow(state) ? 'state now' : 'state'}>
          <rect x={1} y={top} width={boxWidth - 1} height={tall} rx={7} />
          <text x={9} y={top + tall / 2 + 4}>
            {isNow(state) ? '▶ ' : ''}
            {state}
          </text>
        </g>
      ))}
    </svg>
  );
}

/** The tip at the end of a line, in the direction of its last part. */
function arrowHead(corners: readonly (readonly [number, number])[]): string {
  const [x = 0, y = 0] = corners.at(-1) ?? [];
  const [fromX = 0] = corners.at(-2) ?? [];
  const points =
    fromX === x
      ? [[x, y] as const, [x - 4, y - 7] as const, [x + 4, y - 7] as const]
      : [[x, y] as const, [x + 7, y - 4] as const, [x + 7, y + 4] as const];
  return points.map((point) => point.join(',')).join(' ');
}

/** The same for who does not see it. */
function InWords({ chart, lit }: { readonly chart: Chart; readonly lit: readonly Lit[] }) {
  const { edges } = chartPicture(chart);
  return (
    <ul class="hidden">
      {chart.states.map((state) => (
        <li key={state}>
          {state}
          {lit.some((one) => one.state === state) ? ', now' : ''}
          {edges
            .filter(({ from }) => from === state)
            .map(({ to, events }) => `; ${events.join(' or ')} leads to ${to}`)
            .join('')}
        </li>
      ))}
    </ul>
  );
}
