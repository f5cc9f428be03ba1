import { basename, dirname, extname, resolve } from 'node:path';
import {
  type PlanChanges,
  planChanges,
  planRotation,
  type RotationPlan,
  sweep,
  sweepRefusal,
  type SweepRange,
} from '../../properties/index.ts';
import {
  planDocument,
  planJson,
  planReport,
  sweepJson,
  sweepPage,
  sweepPlot,
  sweepReport,
} from '../../reports/index.ts';
import {
  loadScenario,
  parseDuration,
  readInventory,
  starterScenario,
  writePlan,
} from '../../scenarios/index.ts';
import { mostNodes, type Scenario } from '../../sim/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput, badInput } from '../failure.ts';
import { paintFor } from '../paint.ts';
import { commandLine } from '../quote.ts';
import { readNamed, readText } from '../read-file.ts';
import { scenarioPath } from '../read-scenario.ts';
import { assertReportable, writeReport } from '../report-file.ts';
import { assertWritable, writeTogether } from '../write-files.ts';

export interface PlanOptions {
  readonly packetsPerSecond: number;
  readonly sweep?: string;
  readonly out?: string;
  readonly write?: string;
  readonly report?: string;
  readonly json?: true;
}

/** `keyturn plan`: the smallest safe rotation duration of a scenario or an inventory, and what binds it. */
export function plan(written: string, options: PlanOptions): ExitCode {
  assertReportable(options.report);
  if (options.write !== undefined) assertWritable(options.write);
  const path = scenarioPath(written);
  const text = scenarioText(path);
  const scenario = load(text, path);
  if (options.sweep !== undefined) return printSweep(scenario, path, options);
  if (options.out !== undefined) {
    throw new BadInput('--out is for the plot of a sweep\n  hint: add --sweep nodes=3..65535, say');
  }
  const planned = planRotation(scenario, options);
  const repeat = commandLine(['keyturn', 'plan', written]);
  writeReport(options.report, planDocument(planned, { file: path, repeat, scenario }));
  process.stdout.write(
    options.json === true
      ? planJson(planned)
      : planReport(planned, { paint: paintFor(process.env, process.stdout.isTTY) }),
  );
  if (options.write === undefined) return exitCodeOf(planned);
  return write(text, path, planned, options);
}

function exitCodeOf({ verdict }: RotationPlan): ExitCode {
  if (verdict === 'inconclusive') return exitCode.inconclusive;
  return verdict === 'safe' ? exitCode.holds : exitCode.violated;
}

/** The text of a scenario, or of the one that an inventory starts with. */
function scenarioText(path: string): string {
  const text = readNamed(path);
  if (!/^\s*"?kind"?\s*:\s*"?Inventory\b/m.test(text)) return text;
  const inventory = readInventory(text, path);
  if (!inventory.ok) throw badInput(inventory.error);
  return starterScenario([{ inventory: inventory.value, inventoryFile: basename(path) }]);
}

function load(text: string, path: string): Scenario {
  const folder = dirname(path);
  const loaded = loadScenario(text, {
    file: path,
    readFile: (name) => readText(resolve(folder, name)),
  });
  if (!loaded.ok) throw badInput(loaded.error);
  const present = loaded.value.clusters.flatMap(({ nodes }) => nodes.filter((one) => one.present));
  if (present.length < 2) {
    throw new BadInput(
      `${path}: there is only one node at the start\n  expected: a node and a peer, at least`,
    );
  }
  return loaded.value;
}

/** The plan's waits put into the procedure; if they do not do, a longer duration with them. */
function write(text: string, path: string, planned: RotationPlan, options: PlanOptions): ExitCode {
  const file = options.write ?? '';
  if (planned.refusal !== undefined) {
    process.stdout.write(`\nnothing written: no waits and no duration make this procedure safe\n`);
    return exitCode.violated;
  }
  const first = applied(text, path, planChanges(planned));
  const again = planRotation(load(first, path), options);
  const changed =
    again.margin < 0 ? applied(first, path, { ...planChanges(again), waits: [] }) : first;
  const final = planRotation(load(changed, path), options);
  writeTogether([{ path: file, text: changed }]);
  const next = commandLine(['keyturn', 'check', file]);
  process.stdout.write(`\nwrote ${file}: ${final.verdict}\nnext: ${next}\n`);
  return exitCodeOf(final);
}

function applied(text: string, path: string, changes: PlanChanges): string {
  const written = writePlan(text, changes);
  if (written.ok) return written.value;
  throw new BadInput(`${path}: the plan cannot be written into it: ${written.error}`);
}

function printSweep(scenario: Scenario, path: string, options: PlanOptions): ExitCode {
  for (const option of ['write', 'report'] as const) {
    if (options[option] === undefined) continue;
    throw new BadInput(`--${option} is for a plan, not for a sweep\n  hint: leave out --sweep`);
  }
  const range = sweepRange(options.sweep ?? '');
  if (range.what === 'mesh' && scenario.clusters.length === 1) {
    throw new BadInput(
      `--sweep ${options.sweep ?? ''}: nothing depends on it\n  expected: a scenario with several clusters, between which mesh is a delay`,
    );
  }
  const draw = pictureOf(options.out);
  const refusal = sweepRefusal(scenario);
  if (refusal !== undefined) {
    process.stderr.write(`no rotation duration is safe, whatever ${range.what} is: ${refusal}\n`);
    return exitCode.violated;
  }
  const points = sweep(scenario, range);
  process.stdout.write(
    options.json === true ? sweepJson(range, points) : sweepReport(range, points),
  );
  if (draw !== undefined && options.out !== undefined) {
    const title = scenario.title === '' ? path : scenario.title;
    writeTogether([{ path: options.out, text: draw(range, points, title) }]);
    process.stderr.write(`wrote ${options.out}\n`);
  }
  return exitCode.holds;
}

/** What draws the file that is asked for; says before anything is printed whether it can be written. */
function pictureOf(path: string | undefined): typeof sweepPlot | undefined {
  if (path === undefined) return undefined;
  const draw = { '.svg': sweepPlot, '.html': sweepPage }[extname(path).toLowerCase()];
  if (draw === undefined) {
    throw new BadInput(`--out ${path}: this is no plot\n  expected: a file named *.svg or *.html`);
  }
  assertWritable(path);
  return draw;
}

const delays = ['secretSync', 'load', 'install', 'publish', 'watch', 'mesh', 'latency'] as const;

/** Reads `nodes=3..65535` or `secretSync=10s..10m`. */
function sweepRange(text: string): SweepRange {
  const [, name = '', low = '', high = ''] = /^(\w+)=([^.]+)\.\.([^.]+)$/.exec(text) ?? [];
  const what = (['nodes', ...delays] as const).find((known) => known === name);
  if (what === undefined) throw noRange(text, `the delays are ${delays.join(', ')}`);
  const read = what === 'nodes' ? nodeCount : lengthOf;
  const [from, to] = [read(low, text), read(high, text)];
  if (from >= to) throw noRange(text, 'the first end is the smaller one');
  return { what, from, to };
}

function nodeCount(text: string, range: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 2 && count <= mostNodes) return count;
  throw noRange(range, `a mesh has 2 to ${mostNodes} nodes, written without separators`);
}

function lengthOf(text: string, range: string): number {
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw noRange(range, `${parsed.error.message}: ${parsed.error.hint ?? ''}`);
}

function noRange(text: string, hint: string): BadInput {
  return new BadInput(
    `--sweep ${text}: this is no range\n  expected: nodes=3..65535, or a delay as in secretSync=10s..10m\n  hint: ${hint}`,
  );
}
