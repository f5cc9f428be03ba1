import { expect, it } from 'vitest';
import { evidence, printed } from './test-support/printed.ts';

const header = 'node,event,time\n';
const at = (seconds: string): string => `2026-01-31T12:00:${seconds}Z`;
const csv = (...rows: readonly string[]) => evidence('times.csv', header + rows.join('\n'));

/** The file comes 1.5 s, 2.5 s, … after the write, and is loaded half a second later. */
const rows = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const [file, loaded] = [index + 1, index + 2].map((second) => String(second).padStart(2, '0'));
    return [
      `n${index},written,${at('00')}`,
      `n${index},file,${at(`${file ?? ''}.5`)}`,
      `n${index},loaded,${at(loaded ?? '')}`,
    ];
  }).flat();

it('fits the quantiles of what was seen', () => {
  // Nearest rank: the 1st, 5th, 10th, 15th, 18th and 20th of 1.5 s, 2.5 s, …, 20.5 s.
  expect(printed(csv(...rows(20)))).toBe(`delays:
  secretSync: "quantiles(0: 1s500ms, 25: 5s500ms, 50: 10s500ms, 75: 15s500ms, 90: 18s500ms, 99: 20s500ms, 100: 20s500ms)" # measured: 20 observations
  load: 500ms # measured: 20 observations
`);
});

it('takes the write of all nodes, or of a cluster, for those that have none of their own', () => {
  const files = Array.from({ length: 20 }, (_, index) => [
    `east/n${index},file,${at('30')}`,
    `west/n${index},file,${at('30')}`,
  ]).flat();
  const writes = [`*,written,${at('10')}`, `west/*,written,${at('20')}`];
  expect(printed(csv(...writes, ...files))).toBe(
    'delays:\n  secretSync: "quantiles(0: 10s, 25: 10s, 50: 10s, 75: 20s, 90: 20s, 99: 20s, 100: 20s)" # measured: 40 observations\n',
  );
});

it('takes secretSync and load as one where nobody saw the file come', () => {
  const loads = Array.from({ length: 20 }, (_, index) => `n${index},loaded,${at('42')}`);
  expect(printed(csv(`*,written,${at('02')}`, ...loads))).toBe(
    'delays:\n  secretSync: 40s # measured: 20 observations\n  load: 0s # in secretSync already\n',
  );
});

it('reads Unix times of any unit, but of one in a file', () => {
  const inUnit = (digits: string) =>
    Array.from({ length: 20 }, (_, index) => [
      `n${index},announced,1769860800${digits}`,
      `n${index},published,1769860801${digits}`,
    ]).flat();
  for (const digits of ['', '.25', '000', '000000', '000000000']) {
    expect(printed(csv(...inUnit(digits)))).toBe(
      'delays:\n  publish: 1s # measured: 20 observations\n',
    );
  }
  expect(printed(csv(...inUnit(''), 'x,file,1769860800000'))).toBe(
    'times.csv:42: mixed units: "1769860800000" is Unix milliseconds, the times before it are Unix seconds\n' +
      '  expected: all times of a file in one unit',
  );
});

it('pools the rotations of several files', () => {
  const one = csv(...rows(10));
  expect(printed(one, one)).toMatch(/secretSync: .* # measured: 20 observations\n/);
});

it('tells of the nodes that never came so far', () => {
  expect(printed(csv(...rows(20), `slow,written,${at('00')}`))).toMatch(
    /\nnote: 1 of 21 nodes have no "file", such as slow: they do not count, and may be the slowest\nnote: 1 of 21 nodes have no "loaded", /,
  );
});

it('refuses too few, none, and negative delays', () => {
  expect(printed(csv(...rows(19)))).toBe(
    'times.csv: secretSync was observed 19 times only\n' +
      '  expected: at least 20 observations: fewer say nothing of the slow end, which a rotation waits for\n' +
      '  hint: give the evidence of more nodes, or of more rotations: a file for each',
  );
  expect(printed(csv())).toBe(
    'times.csv: no delay was observed: no node has two events that follow each other\n' +
      '  expected: "written" and "file", say, or "file" and "loaded", of the same nodes; in logs, loads after the write',
  );
  expect(printed(csv(`a,written,${at('01')}`, `a,file,${at('00')}`))).toBe(
    'times.csv:3: a delay of a is negative: "file" is before "written" in line 2\n' +
      '  expected: the events in this order: written, file, loaded, announced, published\n' +
      '  hint: are the clocks of the machines the same?',
  );
});

it('refuses to mix what tells when the file came with what does not', () => {
  const loads = Array.from({ length: 20 }, (_, index) => `n${index},loaded,${at('42')}`);
  expect(printed(csv(...rows(20)), csv(`*,written,${at('00')}`, ...loads))).toBe(
    'times.csv, times.csv: some of the evidence tells when the file came to a node, some does not: secretSync would be two different things\n' +
      '  expected: all with "file", or all without',
  );
});

it('names the line that is wrong', () => {
  expect(printed(evidence('times.csv', ''))).toBe(
    'times.csv: there are no samples: the file is empty',
  );
  expect(printed(csv(`a,loadd,${at('00')}`))).toBe(
    'times.csv:2: there is no event "loadd"\n' +
      '  expected: one of: written, file, loaded, announced, published\n' +
      '  hint: did you mean "loaded"?',
  );
  const expected =
    '  expected: 2026-01-31T12:00:00.25Z, another offset than Z, or the Unix time in s, ms, us or ns';
  expect(printed(csv('a,file,12'))).toBe(`times.csv:2: "12" is not an instant\n${expected}`);
  expect(printed(csv('a,file,-1769860800'))).toBe(
    `times.csv:2: the time -1769860800 is negative\n${expected}`,
  );
  expect(printed(csv('a,file'))).toBe(
    'times.csv:2: "a,file" has not three fields\n  expected: node,event,time',
  );
  expect(printed(csv(`a,file,${at('00')}`, '', `a,file,${at('01')}`))).toBe(
    'times.csv:4: a has "file" twice: in line 2, too\n' +
      '  expected: one rotation in a file: give a file for each',
  );
  expect(printed(csv(`*,file,${at('00')}`))).toBe(
    'times.csv:2: "file" of *\n  expected: the name of one node, but for "written"',
  );
});
