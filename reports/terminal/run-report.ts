import type { Rehearsal } from '../../properties/index.ts';
import {
  isBlameless,
  type KeysInUse,
  type Loss,
  type Run,
  type Scenario,
} from '../../sim/index.ts';
import { instantText, spanText } from '../instant-text.ts';
import { columns, grouped } from './columns.ts';
import { type Paint, plain } from './paint.ts';
import { timelineRows } from './timeline-rows.ts';
import { verdictLines } from './verdict-lines.ts';

/** At most so many rows of a table: the rest is counted. */
const mostRows = 24;

export interface RunReportOptions {
  /** The command that repeats the run. */
  readonly repeat: string;
  readonly paint?: Paint;
}

/** One run, as a terminal shows it. */
export function runReport(rehearsal: Rehearsal, options: RunReportOptions): string {
  const { paint = plain, repeat } = options;
  const { run } = rehearsal;
  const lines = [
    paint.heading(run.scenario.title),
    ...scenarioLines(run.scenario),
    ...section(paint, 'What happened', storyLines(rehearsal)),
    ...section(paint, 'Keys in use (cilium-dbg encrypt status)', keyLines(run)),
    ...section(paint, 'Counters (/proc/net/xfrm_stat)', counterLines(run)),
    ...section(paint, 'Lost packets', lossLines(run)),
    '',
    ...verdictLines(rehearsal, paint),
    '',
    `packets  ${packetText(run)}`,
    `digest   ${run.digest}  (${grouped(run.events)} events, seed ${run.scenario.seed})`,
    `repeat   ${repeat}`,
  ];
  return lines.join('\n') + '\n';
}

function storyLines({ timeline }: Rehearsal): readonly string[] {
  const rows = timelineRows(timeline);
  return rows.length === 0 ? ['  nothing but traffic'] : columns(rows);
}

/** The clusters of a scenario, a line each. */
export function scenarioLines({ clusters }: Scenario): readonly string[] {
  return clusters.map((cluster) => {
    const families = cluster.settings.families.map((family) => `IPv${family}`).join(' and ');
    const duration = spanText(cluster.settings.rotationDuration);
    const { name, nodes, release, kernel, routing } = cluster;
    const size = nodes.length === 1 ? '1 node' : `${nodes.length} nodes`;
    return `  ${name}: ${size}, ${release}, Linux ${kernel}, ${routing} routing, ${families}, ipsec-key-rotation-duration ${duration}`;
  });
}

function section(paint: Paint, title: string, lines: readonly string[]): readonly string[] {
  return ['', paint.heading(title), ...lines];
}

function keyLines(run: Run): readonly string[] {
  return cut(columns(keyRows(run)), 'nodes');
}

/** The keys in use of each node. */
export function keyRows(run: Run): readonly (readonly string[])[] {
  return run.nodes.map(({ name, keysInUse }) => [name, seriesText(keysInUse)]);
}

function seriesText(series: readonly KeysInUse[]): string {
  if (series.length === 0) return 'none';
  return series.map(({ at, count }) => `${count} from ${instantText(at)}`).join(', ');
}

function counterLines(run: Run): readonly string[] {
  const rows = counterRows(run);
  return rows.length === 0 ? ['  all 0 on every node'] : cut(columns(rows), 'nodes');
}

/** The counters of each node that counted anything. */
export function counterRows(run: Run): readonly (readonly string[])[] {
  return run.nodes.flatMap(({ name, counters }) =>
    counters.size === 0
      ? []
      : [[name, [...counters].map(([counter, value]) => `${counter} ${value}`).join(', ')]],
  );
}

/** What the columns of {@link lossRows} are. */
export const lossHead: readonly string[] = [
  ...['first', 'last', 'from', 'to', '', 'key', 'what became of them', 'packets'],
];

function lossLines(run: Run): readonly string[] {
  if (run.losses.length === 0) return ['  none'];
  return cut(columns([lossHead, ...lossRows(run)]), 'rows');
}

/** The losses, a row for each flow and fate. */
export function lossRows(run: Run): readonly (readonly (string | number)[])[] {
  return run.losses.map((loss) => [
    instantText(loss.firstAt),
    instantText(loss.lastAt),
    loss.sender,
    loss.receiver,
    `IPv${loss.family}`,
    loss.keyId === 0 ? '-' : String(loss.keyId),
    fateText(loss),
    loss.count,
  ]);
}

const fateTexts: Readonly<Partial<Record<Loss['fate'], string>>> = {
  plaintext: 'left unencrypted',
  noNodeIdAtEgress: 'No node ID found (197), egress',
  noNodeIdAtIngress: 'No node ID found (197), ingress',
  uncounted: 'dropped by XFRM, uncounted',
  nodeDown: 'the node was down',
  networkCut: 'the network was cut',
  noEndpoint: 'the pod was gone',
};

function fateText({ fate }: Loss): string {
  return fateTexts[fate] ?? fate;
}

function cut(lines: readonly string[], what: string): readonly string[] {
  if (lines.length <= mostRows) return lines;
  const left = lines.length - mostRows;
  return [...lines.slice(0, mostRows), `  … and ${grouped(left)} more ${what} (--json has all)`];
}

/** How many packets were sent, delivered and lost. */
export function packetText({ packets, losses }: Run): string {
  const lost = packets.sent - packets.delivered - packets.inFlight;
  const blameless = losses
    .filter(({ fate }) => isBlameless(fate))
    .reduce((sum, { count }) => sum + count, 0);
  const aside = blameless === 0 ? '' : ` (${grouped(blameless)} of them not by encryption)`;
  return `${grouped(packets.sent)} sent, ${grouped(packets.delivered)} delivered, ${grouped(lost)} lost${aside}`;
}
