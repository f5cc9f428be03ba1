import { describe, expect, it } from 'vitest';
import { minute, second } from '../../model/time.ts';
import { rehearse } from '../../properties/index.ts';
import { constant, delayAt, smallScenario } from '../../properties/test-support/scenario.ts';
import { type Scenario, scenarioFromJson, scenarioToJson } from '../../sim/index.ts';
import { knobbed, sandboxId, sized, slowestNode } from './knobbed.ts';
import { type Place, start } from './place.ts';

const scenario: Scenario = {
  ...smallScenario({
    delayOverrides: [delayAt('n2', 'secretSync', constant(4 * minute))],
    faults: [
      {
        at: minute,
        fault: { kind: 'leave', nodes: { kind: 'node', cluster: 'east', node: 'n3' } },
      },
    ],
  }),
};
const json = scenarioToJson(scenario);
const turn = (change: Partial<Place>): Scenario =>
  scenarioFromJson(knobbed(json, { ...start, lesson: 'x', ...change }));
const digestOf = (one: Scenario): string => rehearse(one).run.digest;

describe('knobs', () => {
  it('that nobody turned leave the run as it is', () => {
    expect(digestOf(turn({}))).toBe(digestOf(scenario));
  });

  it('of a duration, a release and a seed are what they say', () => {
    const turned = turn({ rotationDuration: 0, release: 'cilium-1.16', seed: '7' });
    expect(turned.seed).toBe('7');
    expect(turned.clusters[0]?.release).toBe('cilium-1.16');
    expect(turned.clusters[0]?.settings.rotationDuration).toBe(0);
  });

  it('of the slowest node turn the node that the scenario makes slow', () => {
    expect(slowestNode(json)).toEqual({ cluster: 'east', node: 'n2', delay: 4 * minute });
    const { timeline } = rehearse(turn({ slowest: 2 * minute }));
    const arrival = timeline.find(
      ({ event, at, fields }) => event === 'volumeUpdated' && at > 0 && fields.node === 'east/n2',
    );
    // The secret is written a minute into the run.
    expect(arrival?.at).toBe(3 * minute);
  });

  it('of a delay leave what single nodes have of their own', () => {
    const turned = turn({ delays: { secretSync: 30 * second, reclaimInterval: 0 } });
    const { timeline } = rehearse(turned);
    const arrivals = timeline
      .filter(({ event, at }) => event === 'volumeUpdated' && at > 0)
      .map(({ at, fields }) => [fields.node, at / second]);
    expect(arrivals).toEqual([
      ['east/n1', 90],
      // n3 has left by then.
      ['east/n2', 300],
    ]);
    expect(turned.delays.reclaimInterval).toBe(second);
  });

  it('of faults leave out and put in', () => {
    const put = { kind: 'cutSecret', node: 'east/n1', at: second, duration: minute } as const;
    const turned = turn({ off: [0], faults: [put, { ...put, node: 'east/n9' }] });
    expect(turned.faults).toEqual([
      {
        at: second,
        fault: {
          kind: 'partition',
          link: { kind: 'secret', nodes: { kind: 'node', cluster: 'east', node: 'n1' } },
          duration: minute,
        },
      },
    ]);
  });

  it('of the number of nodes are for the sandbox', () => {
    const place = { ...start, nodes: 2 };
    expect(sized(json, { ...place, lesson: sandboxId }).clusters[0]?.nodes).toHaveLength(2);
    expect(sized(json, { ...place, lesson: 'x' }).clusters[0]?.nodes).toHaveLength(3);
  });
});
