import { describe, expect, it } from 'vitest';
import { check } from '../../properties/index.ts';
import { healthy, slowNode, withoutDigest } from '../test-support/runs.ts';
import { checkReport } from './check-report.ts';
import { coloured } from './paint.ts';

const repeat = 'keyturn run scenario.yaml --seed 1';
const safe = check(healthy, 3);
const unsafe = check(slowNode, 3);

describe('the report of a check', () => {
  it('tells of safe runs', async () => {
    const text = withoutDigest(checkReport(safe, { repeat }));
    await expect(text).toMatchFileSnapshot('../golden/healthy-check.txt');
  });

  it('tells of unsafe runs', async () => {
    const text = withoutDigest(checkReport(unsafe, { repeat }));
    await expect(text).toMatchFileSnapshot('../golden/slow-node-check.txt');
  });

  it('says so where only a margin is negative', () => {
    const text = checkReport({ ...safe, verdict: 'unsafe' }, { repeat });
    expect(text).toContain('\nverdict  UNSAFE: no packet was lost, but a margin is negative\n');
    expect(text).toContain('\nexpected no: the scenario is meant to be safe\n');
  });

  it('counts inconclusive runs where there are any', () => {
    const none = { margin: undefined, neededRotationDuration: undefined };
    const cut = check({ ...healthy, limits: { ...healthy.limits, events: 10 } }, 2);
    expect(cut).toMatchObject(none);
    const text = checkReport(cut, { repeat });
    expect(text).toContain('\nruns     2: 0 safe, 0 unsafe, 2 inconclusive\n');
    expect(text).not.toContain('margin');
  });

  it('is coloured where that is asked for', () => {
    expect(checkReport(safe, { repeat })).not.toContain('\u001b[');
    expect(checkReport(safe, { repeat, paint: coloured })).toContain('\u001b[32mSAFE\u001b[39m');
  });
});
