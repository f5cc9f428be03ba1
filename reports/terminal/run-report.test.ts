import { describe, expect, it } from 'vitest';
import { type Rehearsal, rehearse } from '../../properties/index.ts';
import { nothingExpected } from '../../sim/index.ts';
import { healthy, healthyRun, slowNodeRun, withoutDigest } from '../test-support/runs.ts';
import { coloured, plain } from './paint.ts';
import { runReport } from './run-report.ts';

const repeat = 'keyturn run scenario.yaml --seed 1';
const report = (rehearsal: Rehearsal): string => withoutDigest(runReport(rehearsal, { repeat }));

describe('the report of a run', () => {
  it('tells of a safe run', async () => {
    await expect(report(healthyRun)).toMatchFileSnapshot('../golden/healthy-run.txt');
  });

  it('tells of an unsafe run', async () => {
    await expect(report(slowNodeRun)).toMatchFileSnapshot('../golden/slow-node-run.txt');
  });

  it('tells of a run that came to no end', () => {
    const limits = { ...healthy.limits, events: 10 };
    const text = report(rehearse({ ...healthy, limits, procedure: healthy.procedure.slice(0, 1) }));
    expect(text).toContain('\nWhat happened\n  nothing but traffic\n');
    expect(text).toContain('\nverdict  INCONCLUSIVE: the limit of 10 events\n');
  });

  it('says in what a run is not as the scenario expects', () => {
    const counters = { 'east/n1': { XfrmInError: 7 } };
    const expected = { ...healthy.expect, verdict: 'unsafe', counters } as const;
    const text = report(rehearse({ ...healthy, expect: expected }));
    expect(text).toContain(
      [
        'expected no',
        '  verdict: unsafe, but found safe',
        '  counters of east/n1: XfrmInError 7, but found all 0',
      ].join('\n'),
    );
  });

  it('says nothing of expectations where there are none', () => {
    expect(report(rehearse({ ...healthy, expect: nothingExpected }))).not.toContain('expected');
  });

  it('cuts long tables, and says how to see all', () => {
    const [node] = healthyRun.run.nodes;
    const nodes = Array.from({ length: 30 }, () => node).filter((one) => one !== undefined);
    const text = report({ ...healthyRun, run: { ...healthyRun.run, nodes } });
    expect(text).toContain('\n  … and 6 more nodes (--json has all)\n');
    expect(text.match(/^ {2}east\/n1 {2}8 from/gm)).toHaveLength(24);
  });
});

describe('colours', () => {
  const escape = '\u001b[';

  it('are only there where they are asked for', () => {
    expect(runReport(slowNodeRun, { repeat })).not.toContain(escape);
    expect(runReport(slowNodeRun, { repeat, paint: plain })).not.toContain(escape);
    const text = runReport(slowNodeRun, { repeat, paint: coloured });
    expect(text).toContain(`verdict  ${escape}31mUNSAFE${escape}39m`);
    expect(text).toContain(`${escape}1mWhat happened${escape}22m`);
  });

  it('change nothing but colour', () => {
    const text = runReport(slowNodeRun, { repeat, paint: coloured });
    expect(text.replaceAll(/\u001b\[\d+m/g, '')).toBe(runReport(slowNodeRun, { repeat }));
  });
});
