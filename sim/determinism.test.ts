import { describe, expect, it } from 'vitest';
import { minute, millisecond, second } from '../model/time.ts';
import { noLesson } from './lesson.ts';
import type { ClusterPlan, NodePlan, Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import { planNodes } from './topology.ts';
import { record, type Recording } from './test-support/recording.ts';
import {
  clusterWith,
  rotate,
  scenarioWith,
  trafficOf,
  uniform,
  wait,
} from './test-support/scenario.ts';

/** Chance in everything that can have it. */
const delays = {
  secretSync: uniform(0, minute),
  load: uniform(0, 3 * second),
  install: uniform(0, 20 * millisecond),
  publish: uniform(0, second),
  watch: uniform(0, second),
  mesh: uniform(0, second),
  latency: uniform(millisecond, 9 * millisecond),
};

const rotation = [wait(minute), rotate, wait(9 * minute)];

describe('the digest of a run', () => {
  const scenario = scenarioWith({
    seed: 'one',
    clusters: [clusterWith({ release: 'cilium-1.16', settings: { families: [4, 6] } })],
    delays,
    traffic: [trafficOf({ families: [4, 6] })],
    procedure: rotation,
    faults: [
      {
        at: 2 * minute,
        fault: { kind: 'reboot', nodes: { kind: 'all' }, downtime: 10 * second },
      },
    ],
  });

  it('is the same for the same scenario and seed, and so is all else', () => {
    const first = simulate(scenario);
    const second = simulate(scenario);
    expect(second.digest).toBe(first.digest);
    expect(second).toEqual(first);
  });

  it('is another one for another seed', () => {
    const digests = ['one', 'two', 'three', '1', ''].map(
      (seed) => simulate({ ...scenario, seed }).digest,
    );
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('does not depend on prose or expectations', () => {
    const told = {
      ...scenario,
      title: 'another',
      lesson: { ...noLesson, sees: ['much'], remedy: 'told at length' },
    };
    expect(simulate(told).digest).toBe(simulate(scenario).digest);
  });
});

/** What the three original nodes of `east` drew, by node: of the idle node nothing is told. */
function draws(recording: Recording): Readonly<Record<string, readonly string[]>> {
  const original = ['east/n1', 'east/n2', 'east/n3'];
  return Object.fromEntries(
    original.map((name) => [
      name,
      [
        ...recording.events('volumeUpdated', { node: name }).map(({ at }) => `file ${at}`),
        ...recording.events('keyLoaded', { node: name }).map(({ at }) => `load ${at}`),
        ...recording
          .events('nodeSeen', { node: name })
          .filter(({ peer }) => original.includes(peer))
          .map(({ at, peer, keyId }) => `sees ${keyId} of ${peer} ${at}`),
        ...recording
          .events('packetFate', { sender: name })
          .map(({ at, receiver, fate }) => `${fate} at ${receiver} ${at}`),
      ].sort(),
    ]),
  );
}

function withNodes(nodes: (original: readonly NodePlan[]) => readonly NodePlan[]): Scenario {
  const east = clusterWith();
  return planned([{ ...east, nodes: nodes(east.nodes) }]);
}

function planned(clusters: readonly ClusterPlan[]): Scenario {
  const originals = ['n1', 'n2', 'n3'].map(
    (name) => ({ kind: 'node', cluster: 'east', node: name }) as const,
  );
  const pairs = originals.flatMap((from) => originals.map((to) => trafficOf({ from, to })));
  // More nodes take longer to install, which is no chance: a chance for each state would show it.
  return scenarioWith({
    clusters,
    traffic: pairs,
    delays: { ...delays, install: uniform(0, 0) },
    procedure: rotation,
  });
}

describe('an idle node', () => {
  const [idle] = planNodes({ firstNumber: 9, count: 1, families: [4], namePrefix: 'idle' });
  const alone = draws(record(withNodes((original) => original)));

  it('has something to leave alone', () => {
    // A file, two loads, the new key ID of two peers, and 2 receivers x 600 probes.
    expect(alone['east/n1']).toHaveLength(1 + 2 + 2 + 1200);
  });

  it.each<[string, Scenario]>([
    ['at the end of the list', withNodes((original) => [...original, ...(idle ? [idle] : [])])],
    ['at its beginning', withNodes((original) => [...(idle ? [idle] : []), ...original])],
    [
      'in a cluster after',
      planned([clusterWith(), clusterWith({ name: 'west', id: 2, nodes: 1 })]),
    ],
    [
      'in a cluster before',
      planned([clusterWith({ name: 'west', id: 2, nodes: 1 }), clusterWith()]),
    ],
  ])('%s leaves the draws of the others as they were', (_, scenario) => {
    expect(scenario.clusters.flatMap(({ nodes }) => nodes)).toHaveLength(4);
    expect(draws(record(scenario))).toEqual(alone);
  });
});

describe('a fault', () => {
  it('leaves the draws of what it does not touch as they were', () => {
    const calm = withNodes((original) => original);
    const disturbed = record({
      ...calm,
      faults: [
        {
          at: 30 * second,
          fault: {
            kind: 'reboot',
            nodes: { kind: 'node', cluster: 'east', node: 'n3' },
            downtime: 20 * second,
          },
        },
      ],
    });
    const before = record(calm);
    for (const name of ['east/n1', 'east/n2']) {
      for (const event of ['volumeUpdated', 'keyLoaded', 'published'] as const) {
        expect(disturbed.times(event, { node: name })).toEqual(before.times(event, { node: name }));
      }
    }
    expect(disturbed.times('nodeSeen', { node: 'east/n1', peer: 'east/n2' })).toEqual(
      before.times('nodeSeen', { node: 'east/n1', peer: 'east/n2' }),
    );
  });
});
