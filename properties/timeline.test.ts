import { expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import { rehearse } from './rehearse.ts';
import type { TimelineEntry } from './timeline.ts';
import { node, secretText, smallScenario, type Wanted } from './test-support/scenario.ts';

const timelineOf = (wanted: Wanted): readonly TimelineEntry[] =>
  rehearse(smallScenario(wanted)).timeline;

it('tells a rotation in the order of v1.19, names spelt out', () => {
  const told = timelineOf({ nodes: 2 }).filter(
    ({ at, fields }) => at > 0 && fields.node !== 'east/n2',
  );
  // The old key goes 300 s to 360 s after the load; settled is who is last of the two nodes.
  const reclaimedAt = told.at(-2)?.at ?? 0;
  expect(reclaimedAt).toBeGreaterThanOrEqual(370 * second);
  expect(reclaimedAt).toBeLessThanOrEqual(430 * second);
  expect(told.map(({ at, event, fields }) => [at / second, event, fields])).toEqual([
    [60, 'secretWritten', { cluster: 'east', version: 2 }],
    [60, 'rotationChanged', { cluster: 'east', state: 'spreading' }],
    [70, 'volumeUpdated', { node: 'east/n1', version: 2 }],
    [70, 'keyLoaded', { node: 'east/n1', keyId: 4 }],
    [70, 'allNodesValidated', { node: 'east/n1', keyId: 4 }],
    [70, 'published', { node: 'east/n1', keyId: 4 }],
    [70, 'encryptMapSet', { node: 'east/n1', keyId: 4 }],
    [70, 'keysInUse', { node: 'east/n1', count: 4 }],
    [70, 'rotationChanged', { cluster: 'east', state: 'overlapping' }],
    [reclaimedAt / second, 'keysInUse', { node: 'east/n1', count: 2 }],
    [expect.any(Number), 'rotationChanged', { cluster: 'east', state: 'settled' }],
  ]);
});

it('begins with the keys that are in use, and nothing else that was there before', () => {
  const before = timelineOf({}).filter(({ at }) => at === 0);
  expect(before.map(({ event, fields }) => [event, fields.count])).toEqual([
    ['keysInUse', 4],
    ['keysInUse', 4],
    ['keysInUse', 4],
  ]);
});

it('leaves packets, and what there is once for each pair, to the trace', () => {
  const events = new Set(timelineOf({}).map(({ event }) => event));
  for (const event of [
    'packetSent',
    'packetFate',
    'stateAdded',
    'peerKeySet',
    'nodeSeen',
  ] as const) {
    expect(events).not.toContain(event);
  }
});

it('tells faults, agents and nodes, and of their logs the warnings and errors', () => {
  const told = timelineOf({
    faults: [{ at: minute, fault: { kind: 'reboot', nodes: node('n1'), downtime: 5 * second } }],
    procedure: [
      { kind: 'wait', duration: 2 * minute },
      {
        kind: 'writeSecret',
        cluster: 'east',
        text: secretText(3, 'ff112233445566778899aabbccddeeff01020304'),
      },
      { kind: 'wait', duration: minute },
    ],
  });
  const events = told.map(({ event }) => event);
  expect(events).toEqual(
    expect.arrayContaining(['faultInjected', 'nodeChanged', 'agentStopped', 'agentStarted', 'log']),
  );
  const logs = told.filter(({ event }) => event === 'log');
  expect(new Set(logs.map(({ fields }) => fields.level))).toEqual(new Set(['error']));
  expect(logs[0]?.fields.message).toBe(
    'Failed to load IPsec keyfile: invalid SPI: changing IPSec keys requires incrementing the key id',
  );
});
