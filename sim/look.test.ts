import { expect, it } from 'vitest';
import { defined } from '../model/assert.ts';
import { second } from '../model/time.ts';
import type { Look } from './look.ts';
import { simulate } from './simulate.ts';
import {
  clusterWith,
  constant,
  node,
  rotate,
  scenarioWith,
  trafficOf,
  wait,
} from './test-support/scenario.ts';

/** What a look at n1 to n3 shows just before the packets of these seconds are sent. */
function looked<Shown>(shows: (look: Look) => Shown): Readonly<Record<number, Shown>> {
  const shown: Record<number, Shown> = {};
  const scenario = scenarioWith({
    clusters: [clusterWith({ nodes: 3, absent: ['n3'] })],
    traffic: [trafficOf({ every: 10 * second, startsAt: 5 * second })],
    procedure: [wait(60 * second)],
    faults: [
      { at: 10 * second, fault: { kind: 'pauseAgent', nodes: node('n1'), duration: 10 * second } },
      {
        at: 20 * second,
        fault: { kind: 'restartAgent', nodes: node('n1'), downtime: 10 * second },
      },
      { at: 30 * second, fault: { kind: 'reboot', nodes: node('n1'), downtime: 10 * second } },
      { at: 40 * second, fault: { kind: 'join', nodes: node('n3') } },
      { at: 50 * second, fault: { kind: 'leave', nodes: node('n1') } },
    ],
  });
  simulate(scenario, {
    observe: (trace, look) => {
      trace.observe('packetFate', (at) => {
        shown[Math.floor(at / second)] = shows(look);
      });
    },
  });
  return shown;
}

it('tells whether a node is of its cluster, and whether its agent works', () => {
  const shown = looked((look) => [0, 1, 2].map((n) => [look.isMember(n), look.isWell(n)]));
  const [well, ill, gone] = [
    [true, true],
    [true, false],
    [false, false],
  ];
  expect(shown).toEqual({
    5: [well, well, gone],
    15: [ill, well, gone], // it is paused
    25: [ill, well, gone], // its agent is down
    35: [well, well, gone].with(0, ill), // all of it is down
    45: [well, well, well],
    55: [gone, well, well],
  });
});

it('shows what ip xfrm and the maps of a node show', () => {
  const shown = looked((look) => ({
    spis: [...look.states(1)].map(({ spi }) => spi),
    out: [...look.policies(1)].filter(({ direction }) => direction === 'out').length,
    mapped: [...look.nodeMap(1)].map(([address]) => look.ownerOf(address)),
    keys: [look.encryptKeyId(1), look.loadedKeyId(1), look.keysInUse(1)],
    newest: look.newestState(1)?.source.text,
  }));
  // One state each way, and beside the default drop one policy, for the one peer.
  expect(shown[5]).toMatchObject({ spis: [3, 3], out: 2, keys: [3, 3, 2], mapped: [0, 0] });
  expect(shown[45]).toMatchObject({ spis: [3, 3, 3, 3], out: 3, keys: [3, 3, 4] });
  expect(new Set(shown[45]?.mapped)).toEqual(new Set([0, 2]));
  // n1 has left: its states and addresses are out, and those of n3 stay.
  expect(shown[55]).toMatchObject({ spis: [3, 3], out: 2, keys: [3, 3, 2], mapped: [2, 2] });
});

it('knows of a key file that came before the start of an agent was over, until the next one is loaded', () => {
  const misses: Record<number, boolean> = {};
  // n1's agent starts at 59 s with key 3, and takes until 61 s to delete the states of n3, which has left.
  const scenario = scenarioWith({
    clusters: [clusterWith({ nodes: 3 })],
    delays: { secretSync: constant(0), load: constant(0), install: constant(second) },
    traffic: [trafficOf({ from: node('n2'), every: 20 * second, startsAt: 10 * second })],
    procedure: [wait(60 * second), rotate, wait(60 * second), rotate, wait(10 * second)],
    faults: [
      { at: 30 * second, fault: { kind: 'leave', nodes: node('n3') } },
      {
        at: 29 * second,
        fault: { kind: 'restartAgent', nodes: node('n1'), downtime: 30 * second },
      },
    ],
  });
  simulate(scenario, {
    observe: (trace, look) => {
      trace.observe('packetFate', (at) => {
        misses[Math.floor(at / second)] = look.missesKeyFile(0);
      });
    },
  });
  expect(misses).toEqual({
    ...{ 10: false, 30: false, 50: false },
    ...{ 70: true, 90: true, 110: true },
    130: false,
  });
});

it('is of nothing before there is a world, and of no node that there is not', () => {
  const looks: Look[] = [];
  simulate(scenarioWith({ procedure: [] }), {
    observe: (_trace, look) => {
      looks.push(look);
      expect(() => look.isWell(0)).toThrow('world to look at is missing');
    },
  });
  expect(() => defined(looks[0], 'a look').isWell(9)).toThrow('node is missing');
});
