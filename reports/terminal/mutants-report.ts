import { columns } from './columns.ts';

/** What is told of one mutant. */
export interface MutantRow {
  readonly name: string;
  readonly release: string;
  /** What the first seed's kill violated, the clearest first; empty where it survived that one. */
  readonly killedBy: readonly string[];
  /** By seed: how many cases it took; infinite where it survived all. */
  readonly runs: readonly number[];
  readonly shrunk: { readonly nodes: number; readonly faults: number } | undefined;
  /** Where the first seed's kill is: `3:17`, as `keyturn fuzz --replay` has it. */
  readonly place: string | undefined;
}

/** What a shrunk case is held to. */
const mostNodes = 4;
const mostFaults = 3;

/** Which invariant kills which mutant, after how many cases, and how small the case is in the end. */
export function mutantsReport(rows: readonly MutantRow[], seed: number): string {
  const small = rows.filter(isSmall);
  const survivors = rows.filter(({ runs }) => runs.every((count) => !Number.isFinite(count)));
  const slowest = Math.max(0, ...rows.map(({ runs }) => median(runs)));
  const lines = [
    ...columns([
      ['mutant', 'release', 'killed by', 'runs', 'of the seeds', 'case', 'shrunk to'],
      ...rows.map(cellsOf),
    ]),
    '',
    'runs: the median of the seeds, of how many cases it took to the first kill',
    `one of them again: keyturn fuzz --seed ${seed} --replay CASE --property KILLED-BY --profile cilium-RELEASE --agent MUTANT`,
    '',
    `${rows.length - survivors.length} of ${rows.length} mutants are killed; the slowest median is ${runsText(slowest)} runs`,
    `${small.length} of ${rows.length} shrunk cases (${share(small.length, rows.length)}) have at most ${mostNodes} nodes and ${mostFaults} faults`,
    ...survivors.map(({ name }) => `SURVIVES ${name}`),
  ];
  return `${lines.join('\n')}\n`;
}

function cellsOf({
  name,
  release,
  killedBy,
  runs,
  place = '-',
  shrunk,
}: MutantRow): readonly string[] {
  const [clearest = 'survives', ...others] = killedBy;
  return [
    name,
    release,
    others.length === 0 ? clearest : `${clearest} +${others.length}`,
    runsText(median(runs)),
    runs.map(runsText).join(' '),
    place,
    shrunk === undefined ? '-' : `${shrunk.nodes} nodes, ${shrunk.faults} faults`,
  ];
}

function isSmall({ shrunk }: MutantRow): boolean {
  return shrunk !== undefined && shrunk.nodes <= mostNodes && shrunk.faults <= mostFaults;
}

/** The middle one; of an even number the greater of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
}

function runsText(count: number): string {
  return Number.isFinite(count) ? String(count) : 'none';
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${Math.floor((100 * part) / whole)} %`;
}
