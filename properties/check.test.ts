import { describe, expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import { check, seedsOf } from './check.ts';
import { rehearse } from './rehearse.ts';
import { constant, delayAt, smallScenario, type Wanted } from './test-support/scenario.ts';

/** n1 gets the secret within 0 to 4 minutes of its peer: from seed to seed, safe or not. */
const chancy: Wanted = {
  nodes: 2,
  rotationDuration: minute,
  delayOverrides: [
    delayAt('n1', 'secretSync', { kind: 'uniform', minimum: 0, maximum: 4 * minute }),
  ],
};

describe('the seeds of a check', () => {
  it("are the scenario's own, and numbered ones that follow from it", () => {
    expect(seedsOf(smallScenario({ seed: 'blue' }), 3)).toEqual(['blue', 'blue.1', 'blue.2']);
  });

  it('give the runs that they give alone', () => {
    const scenario = smallScenario(chancy);
    const { runs } = check(scenario, 4);
    expect(runs.map(({ seed }) => seed)).toEqual(['1', '1.1', '1.2', '1.3']);
    for (const { seed, digest, verdict, margin } of runs) {
      const alone = rehearse({ ...scenario, seed });
      expect(alone.run.digest).toBe(digest);
      expect(alone.verdict).toMatchObject({ kind: verdict, margin });
    }
    expect(new Set(runs.map(({ digest }) => digest)).size).toBe(4);
  });
});

describe('the verdict of a check', () => {
  it('is unsafe if one run is, and shows the first such run', () => {
    const found = check(smallScenario(chancy), 12);
    const unsafe = found.runs.filter(({ verdict }) => verdict === 'unsafe');
    expect(unsafe.length).toBeGreaterThan(0);
    expect(unsafe.length).toBeLessThan(12);
    expect(found.verdict).toBe('unsafe');
    expect(found.worst.verdict.kind).toBe('unsafe');
    expect(found.worst.run.scenario.seed).toBe(unsafe[0]?.seed);
  });

  it('names the smallest margin with its seed, and the duration that is enough for all runs', () => {
    const found = check(smallScenario(chancy), 12);
    const margins = found.runs.flatMap(({ margin }) => (margin === undefined ? [] : [margin]));
    expect(found.margin?.smallest).toBe(Math.min(...margins.map(({ smallest }) => smallest)));
    const smallest = found.runs.find(({ margin }) => margin?.smallest === found.margin?.smallest);
    expect(found.margin?.seed).toBe(smallest?.seed);
    const rotationDuration = found.neededRotationDuration ?? 0;
    expect(rotationDuration).toBeGreaterThan(minute);
    expect(check(smallScenario({ ...chancy, rotationDuration }), 12).verdict).toBe('safe');
    const shorter = smallScenario({ ...chancy, rotationDuration: rotationDuration - 1 });
    expect(check(shorter, 12).verdict).toBe('unsafe');
  });

  it('is unsafe for a negative margin, although every packet got through', () => {
    // n2 may remove the old key at 130 s, and hears of n1 at 132 s. No probe is sent between.
    const lucky = check(
      smallScenario({
        nodes: 2,
        rotationDuration: minute,
        every: 100 * second,
        delayOverrides: [delayAt('n1', 'secretSync', constant(70 * second))],
      }),
      3,
    );
    expect(lucky.runs.map(({ verdict }) => verdict)).toEqual(['safe', 'safe', 'safe']);
    expect(lucky.margin).toMatchObject({ rule: 'senderKeeps', smallest: -2 * second });
    expect(lucky.verdict).toBe('unsafe');
  });

  it('shows the safe run with the smallest margin where all are safe', () => {
    const found = check(
      smallScenario({ ...chancy, rotationDuration: 4 * minute + 10 * second }),
      12,
    );
    expect(found.verdict).toBe('safe');
    expect(found.worst.run.scenario.seed).toBe(found.margin?.seed);
  });

  it('is inconclusive where a limit was reached and nothing was lost before', () => {
    const found = check(smallScenario({ limits: { events: 1_000_000, time: 30 * second } }), 2);
    expect(found.verdict).toBe('inconclusive');
    expect(found.worst.verdict).toEqual({
      kind: 'inconclusive',
      reason: 'the limit of virtual time',
    });
    expect(found.margin).toBeUndefined();
    expect(found.neededRotationDuration).toBeUndefined();
  });

  it('names no duration where one pair never moved', () => {
    const never = smallScenario({
      nodes: 2,
      delayOverrides: [delayAt('n1', 'secretSync', constant(60 * minute))],
    });
    const found = check(never, 2);
    expect(found.verdict).toBe('unsafe');
    expect(found.neededRotationDuration).toBeUndefined();
  });
});

it('tells of its progress', () => {
  const done: number[] = [];
  check(smallScenario({ procedure: [{ kind: 'wait', duration: second }] }), 3, (count) => {
    done.push(count);
  });
  expect(done).toEqual([1, 2, 3]);
});
