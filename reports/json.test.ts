import { describe, expect, it } from 'vitest';
import { check } from '../properties/index.ts';
import { checkJson, runJson } from './json.ts';
import { healthyRun, slowNode, slowNodeRun } from './test-support/runs.ts';

describe('a run as JSON', () => {
  const parsed = JSON.parse(runJson(slowNodeRun)) as Record<string, unknown>;

  it('has these fields, in this order', () => {
    expect(Object.keys(parsed)).toEqual([
      'formatVersion',
      'title',
      'seed',
      'verdict',
      'deviations',
      'digest',
      'end',
      'events',
      'packets',
      'nodes',
      'losses',
      'timeline',
    ]);
    expect(parsed).toMatchObject({ formatVersion: 1, seed: '1', digest: slowNodeRun.run.digest });
  });

  it('has all that the verdict rests on', () => {
    expect(parsed['verdict']).toEqual(JSON.parse(JSON.stringify(slowNodeRun.verdict)));
    expect(parsed['verdict']).toMatchObject({
      kind: 'unsafe',
      firstLoss: { loss: { fate: expect.any(String), firstAt: expect.any(Number) } },
      margin: { rule: 'senderKeeps', neededRotationDuration: expect.any(Number) },
    });
    expect(parsed['losses']).toEqual(slowNodeRun.run.losses);
    expect(parsed['timeline']).toEqual(slowNodeRun.timeline);
  });

  it('has the counters of each node by their names', () => {
    const [n1] = parsed['nodes'] as readonly Record<string, unknown>[];
    expect(n1).toMatchObject({
      name: 'east/n1',
      counters: { XfrmInNoStates: expect.any(Number), XfrmOutPolBlock: expect.any(Number) },
      keysInUse: [{ at: 0, count: 4 }, { count: 8 }, { count: 4 }],
    });
  });

  it('ends with a newline', () => {
    expect(runJson(healthyRun).endsWith('}\n')).toBe(true);
  });
});

it('has many runs as a line of facts each, and the worst in full', () => {
  const found = check(slowNode, 2);
  const parsed = JSON.parse(checkJson(found)) as Record<string, unknown>;
  expect(Object.keys(parsed)).toEqual([
    'formatVersion',
    'runs',
    'verdict',
    'margin',
    'neededRotationDuration',
    'worst',
  ]);
  expect(parsed['runs']).toEqual(found.runs);
  expect(parsed['margin']).toMatchObject({ seed: expect.any(String) });
  expect(parsed['worst']).toMatchObject({
    seed: found.worst.run.scenario.seed,
    title: slowNode.title,
  });
});
