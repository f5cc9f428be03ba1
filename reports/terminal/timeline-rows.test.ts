import { describe, expect, it } from 'vitest';
import type { TimelineEntry } from '../../properties/index.ts';
import { second } from '../../model/time.ts';
import { timelineRows } from './timeline-rows.ts';

const loaded = (at: number, name: string, keyId = 4): TimelineEntry => ({
  at: at * second,
  event: 'keyLoaded',
  fields: { node: name, keyId },
});
const many = (cluster: string, count: number): readonly TimelineEntry[] =>
  Array.from({ length: count }, (_, index) => loaded(index + 1, `${cluster}/n${index + 1}`));

describe('a short story', () => {
  it('is a row for each entry', () => {
    expect(timelineRows([loaded(1, 'east/n1'), loaded(2, 'east/n2')])).toEqual([
      ['0:00:01.000', 'east/n1', 'key 4 loaded'],
      ['0:00:02.000', 'east/n2', 'key 4 loaded'],
    ]);
  });

  it('leaves out the keys that are in use when the run begins: they have a table', () => {
    const keys = (at: number): TimelineEntry => ({
      at,
      event: 'keysInUse',
      fields: { node: 'east/n1', count: 8 },
    });
    expect(timelineRows([keys(0), keys(second)])).toEqual([
      ['0:00:01.000', 'east/n1', 'keys in use: 8'],
    ]);
  });

  it.each([
    ['secretWritten', { cluster: 'east', version: 2 }, ['east', 'secret written']],
    ['secretDeleted', { cluster: 'east' }, ['east', 'secret deleted']],
    ['volumeUpdated', { node: 'east/n1', version: 2 }, ['east/n1', 'key file replaced']],
    ['published', { node: 'east/n1', keyId: 4 }, ['east/n1', 'key 4 announced']],
    [
      'allNodesValidated',
      { node: 'east/n1', keyId: 4 },
      ['east/n1', 'key 4 installed for all nodes'],
    ],
    [
      'encryptMapSet',
      { node: 'east/n1', keyId: 4 },
      ['east/n1', 'sends with key 4 where the peer has it'],
    ],
    ['nodeChanged', { node: 'east/n1', state: 'down' }, ['east/n1', 'node down']],
    ['agentStarted', { node: 'east/n1', rotationDuration: 1 }, ['east/n1', 'agent starts']],
    ['agentStopped', { node: 'east/n1' }, ['east/n1', 'agent stops']],
    [
      'agentExited',
      { node: 'east/n1', cause: 'failure', message: 'no key' },
      ['east/n1', 'agent ends (failure): no key'],
    ],
    ['log', { node: 'east/n1', level: 'error', message: 'no key' }, ['east/n1', 'error: no key']],
    [
      'operationFailed',
      { node: 'east/n1', operation: 'xfrmStateAdd' },
      ['east/n1', 'operation fails: xfrmStateAdd'],
    ],
    ['faultInjected', { fault: 'reboot' }, ['', 'fault: reboot']],
    ['rotationChanged', { cluster: 'east', state: 'settled' }, ['east', 'rotation settled']],
  ] as const)('tells of %s', (event, fields, row) => {
    expect(timelineRows([{ at: 0, event, fields }])).toEqual([['0:00:00.000', ...row]]);
  });
});

describe('a long story', () => {
  it('is a row for what the nodes of one cluster have in common, from first to last', () => {
    const written: TimelineEntry = {
      at: 0,
      event: 'secretWritten',
      fields: { cluster: 'east', version: 2 },
    };
    const entries = [written, ...many('east', 40), ...many('west', 30), loaded(99, 'west/n1', 5)];
    expect(timelineRows(entries)).toEqual([
      ['0:00:00.000', 'east', 'secret written'],
      ['0:00:01.000', 'east, 40 nodes', 'key 4 loaded (until 0:00:40.000)'],
      ['0:00:01.000', 'west, 30 nodes', 'key 4 loaded (until 0:00:30.000)'],
      ['0:01:39.000', 'west/n1', 'key 5 loaded'],
    ]);
  });

  it('names the node that alone does something again and again', () => {
    const entries = Array.from({ length: 61 }, (_, index) => loaded(index + 1, 'east/n1'));
    expect(timelineRows(entries)).toEqual([
      ['0:00:01.000', 'east/n1', 'key 4 loaded (until 0:01:01.000)'],
    ]);
  });

  it('begins after 60 entries', () => {
    expect(timelineRows(many('east', 60))).toHaveLength(60);
    expect(timelineRows(many('east', 61))).toHaveLength(1);
  });
});
