import type { Measures } from '../../properties/index.ts';
import { spanText } from '../instant-text.ts';

/** One agent, and what it did in each scenario. */
export interface Compared {
  readonly name: string;
  readonly measures: readonly Measures[];
}

interface Column {
  readonly head: string;
  readonly cell: (of: Measures) => string;
  readonly total: (of: readonly Measures[]) => string;
}

const columns: readonly Column[] = [
  {
    head: 'packets lost',
    cell: ({ lost }) => String(lost),
    total: (all) => String(sum(all.map(({ lost }) => lost))),
  },
  {
    head: 'converged after',
    cell: ({ convergence }) => orNever(convergence),
    total: (all) => greatest(all.map(({ convergence }) => convergence)),
  },
  {
    head: 'safe duration',
    cell: ({ safeDuration }) => orNever(safeDuration),
    total: (all) => greatest(all.map(({ safeDuration }) => safeDuration)),
  },
  {
    head: 'operations',
    cell: ({ operations }) => String(operations),
    total: (all) => String(sum(all.map(({ operations }) => operations))),
  },
];

/** Two agents in the same scenarios with the same seeds, side by side: a table, and what it adds up to. */
export function comparisonReport(one: Compared, other: Compared): string {
  const rows = one.measures.map((left, index) => {
    const right = other.measures[index] ?? left;
    return [
      `${left.scenario} (${left.seed})`,
      ...columns.map(({ cell }) => pair(left, right, cell)),
    ];
  });
  const totals = columns.map(({ total }) => `${total(one.measures)} | ${total(other.measures)}`);
  const head = ['scenario (seed)', ...columns.map(({ head: text }) => text)];
  const faults = [one, other].flatMap(({ name, measures }) =>
    measures.flatMap(({ scenario, fault }) =>
      fault === undefined ? [] : [`${name} in ${scenario}: ${fault}`],
    ),
  );
  return [
    `${one.name} | ${other.name}`,
    '',
    ...aligned([head, ...rows, ['all: sum, greatest, greatest, sum', ...totals]]),
    '',
    ...(faults.length === 0 ? [] : ['Runs of which nothing can be said', ...faults, '']),
  ].join('\n');
}

/** The same as data: durations in microseconds, null for never. */
export function comparisonJson(agents: readonly Compared[]): string {
  const json = agents.map(({ name, measures }) => ({
    name,
    scenarios: measures.map(({ convergence, safeDuration, fault, ...rest }) => ({
      ...rest,
      convergenceUs: convergence ?? null,
      safeDurationUs: safeDuration ?? null,
      fault: fault ?? null,
    })),
  }));
  return `${JSON.stringify({ agents: json }, null, 2)}\n`;
}

function pair(left: Measures, right: Measures, cell: Column['cell']): string {
  const text = (of: Measures): string => (of.fault === undefined ? cell(of) : '?');
  return `${text(left)} | ${text(right)}`;
}

function orNever(span: number | undefined): string {
  return span === undefined ? 'never' : spanText(span);
}

/** The greatest; with those in which there is none counted beside it. */
function greatest(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  const never = values.length - known.length;
  const most = known.length === 0 ? 'never' : spanText(Math.max(...known));
  return never === 0 ? most : `${most}, ${never} never`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const [first = []] = rows;
  const widths = first.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
}
