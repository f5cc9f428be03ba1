import { type Expectation, type NodeOutcome, type Run, selects } from '../sim/index.ts';
import type { LogWatch } from './log-watch.ts';
import { countersOf, uncountedOf } from './packets-of-node.ts';
import { narrowest, selectable } from './selection.ts';
import type { RecordWatch } from './record-watch.ts';
import type { SequenceWatch } from './sequence-watch.ts';
import type { Verdict } from './verdict.ts';

/** Something in which a run is not as its scenario expects. */
export interface Deviation {
  /** `verdict`, `counters of east/n1`, `keys in use of east/n1 at 60 s`. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

/** A run, and what was watched for the sake of what is expected of it. */
export interface Observed {
  readonly run: Run;
  readonly logs: LogWatch;
  readonly sequences: SequenceWatch;
  readonly records: RecordWatch;
}

/** Compares a run with an expectation; `verdict` is undefined where none was made. */
export function deviations(
  expect: Expectation,
  observed: Observed,
  verdict: Verdict | undefined,
): readonly Deviation[] {
  return [
    ...verdictDeviations(expect, verdict),
    ...causeDeviations(expect, verdict),
    ...packetDeviations(expect, observed.run),
    ...keyDeviations(expect, observed.run),
    ...sequenceDeviations(expect, observed),
    ...logDeviations(expect, observed),
    ...recordDeviations(expect, observed),
  ];
}

function verdictDeviations(
  expect: Expectation,
  verdict: Verdict | undefined,
): readonly Deviation[] {
  if (expect.verdict === undefined || verdict === undefined) return [];
  if (expect.verdict === verdict.kind) return [];
  return [{ what: 'verdict', expected: expect.verdict, found: verdict.kind }];
}

function causeDeviations(expect: Expectation, verdict: Verdict | undefined): readonly Deviation[] {
  if (verdict === undefined) return [];
  const chain = verdict.kind === 'unsafe' ? verdict.firstLoss.causes : [];
  const lines = chain.map(({ node, what }) => `${node ?? ''} ${what}`.trim());
  return expect.causes
    .filter((cause) => !lines.some((line) => line.includes(cause)))
    .map((cause) => ({ what: 'chain of causes', expected: cause, found: lines.join('; ') }));
}

function packetDeviations(expect: Expectation, run: Run): readonly Deviation[] {
  return run.nodes.flatMap((node) => [
    ...numberDeviations(node, 'counters', expect.counters, countersOf(run, node)),
    ...numberDeviations(node, 'uncounted packets', expect.uncounted, uncountedOf(run, node)),
  ]);
}

function numberDeviations(
  { name }: NodeOutcome,
  kind: string,
  expected: Expectation['counters'],
  found: ReadonlyMap<string, number>,
): readonly Deviation[] {
  const numbers = narrowest(expected, name);
  if (numbers === undefined) return [];
  const expectedText = numbersText(Object.entries(numbers));
  const foundText = numbersText([...found]);
  if (expectedText === foundText) return [];
  return [{ what: `${kind} of ${name}`, expected: expectedText, found: foundText }];
}

function numbersText(numbers: readonly (readonly [string, number])[]): string {
  const set = numbers.filter(([, value]) => value > 0).map(([name, value]) => `${name} ${value}`);
  return set.length === 0 ? 'all 0' : set.sort().join(', ');
}

function keyDeviations(expect: Expectation, run: Run): readonly Deviation[] {
  return expect.keysInUse.flatMap(({ at, nodes, count }) =>
    run.nodes.flatMap(({ name, keysInUse }) => {
      if (!selects(nodes, selectable(name))) return [];
      const found = keysInUse.filter((change) => change.at <= at).at(-1)?.count ?? 0;
      return numberDeviation(`keys in use of ${name} at ${at / 1_000_000} s`, count, found);
    }),
  );
}

function sequenceDeviations(
  expect: Expectation,
  { run, sequences }: Observed,
): readonly Deviation[] {
  return expect.maxSequenceNumber.flatMap(({ at, nodes, value }) =>
    run.nodes.flatMap(({ name }, index) => {
      if (!selects(nodes, selectable(name))) return [];
      const what = `Max Seq. Number of ${name} at ${at / 1_000_000} s`;
      return numberDeviation(what, value, sequences.largest(index, at));
    }),
  );
}

function logDeviations(expect: Expectation, { run, logs }: Observed): readonly Deviation[] {
  return expect.logs.flatMap(({ nodes, message, count }) =>
    run.nodes.flatMap(({ name }, index) => {
      if (!selects(nodes, selectable(name))) return [];
      return numberDeviation(
        `log lines "${message}" of ${name}`,
        count,
        logs.count(index, message),
      );
    }),
  );
}

function recordDeviations(expect: Expectation, { run, records }: Observed): readonly Deviation[] {
  return expect.recordWrites.flatMap(({ nodes, busiestSecond }) => {
    const whose = run.nodes.flatMap(({ name }, index) =>
      selects(nodes, selectable(name)) ? [index] : [],
    );
    const what = `node records of ${whose.length} nodes in the busiest second`;
    return numberDeviation(what, busiestSecond, records.busiestSecond(whose));
  });
}

function numberDeviation(what: string, expected: number, found: number): readonly Deviation[] {
  return expected === found ? [] : [{ what, expected: String(expected), found: String(found) }];
}
