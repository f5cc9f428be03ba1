import { describe, expect, test } from 'vitest';
import { minute, second } from '../../model/time.ts';
import { type Run, simulate } from '../../sim/index.ts';
import {
  clusterWith,
  constant,
  node,
  rotate,
  scenarioWith,
  wait,
} from '../../sim/test-support/scenario.ts';

/**
 * Mutants that no public incident is behind: what each does to one rotation of two nodes, of which n2
 * gets the key 20 seconds later. An old key is kept for 2 minutes.
 */
function rotated(agent: string | undefined): {
  readonly run: Run;
  readonly policiesDeleted: number;
} {
  let policiesDeleted = 0;
  const scenario = scenarioWith({
    clusters: [clusterWith({ agent, nodes: 2, settings: { rotationDuration: 2 * minute } })],
    delayOverrides: [
      { delay: 'secretSync', value: constant(30 * second), at: node('n2'), from: { kind: 'all' } },
    ],
    delays: { reclaimInterval: 10 * second },
    procedure: [wait(minute), rotate, wait(4 * minute)],
  });
  const run = simulate(scenario, {
    observe: (trace) => {
      trace.observe('policyDeleted', () => {
        policiesDeleted += 1;
      });
    },
  });
  return { run, policiesDeleted };
}

function fates(agent: string | undefined): readonly string[] {
  return [...new Set(rotated(agent).run.losses.map(({ fate }) => fate))].sort();
}

describe('in a rotation that loses nothing with the built-in agent', () => {
  test('the built-in agent keeps one key and its policies', () => {
    const { run, policiesDeleted } = rotated(undefined);
    expect(run.losses).toEqual([]);
    expect(run.nodes.map(({ keysInUse }) => keysInUse.at(-1)?.count)).toEqual([2, 2]);
    expect(policiesDeleted).toBe(2);
  });

  test.each([
    { agent: 'gives-all-nodes-one-id', lost: ['XfrmOutPolBlock'] },
    { agent: 'omits-policies-for-decrypted-packets', lost: ['XfrmInNoPols'] },
    { agent: 'reclaims-at-once', lost: ['XfrmInNoStates', 'XfrmOutPolBlock'] },
    // The policy is still there, and its state is not; the background sync adds it, counting from 1.
    {
      agent: 'reclaims-newest-key',
      lost: ['XfrmInNoStates', 'XfrmInStateSeqError', 'XfrmOutNoStates'],
    },
    { agent: 'forgets-encrypt-map', lost: ['XfrmInNoStates', 'XfrmOutPolBlock'] },
    { agent: 'renumbers-router-ips', lost: ['XfrmInNoStates'] },
    { agent: 'unmaps-router-ips', lost: ['noNodeIdAtIngress'] },
    { agent: 'lets-nothing-in-while-rotating', lost: ['XfrmInNoPols'] },
    { agent: 'shadows-decrypt-states-while-rotating', lost: ['XfrmInStateProtoError'] },
  ])('$agent loses packets: $lost', ({ agent, lost }) => {
    expect(fates(agent)).toEqual(lost);
  });

  // What these do wrong shows in states, maps and what the agent says, never in a packet.
  test.each([
    'tries-its-encrypt-map-out',
    'reports-before-install',
    'rounds-rotation-duration-down',
    'has-a-state-for-node-id-zero',
    'tries-a-state-at-each-turn',
    'opens-windows-half-way',
    'numbers-node-ipv6-apart',
  ])('%s loses none', (agent) => {
    expect(fates(agent)).toEqual([]);
  });

  test('has-a-state-for-node-id-zero has a key more', () => {
    const { run } = rotated('has-a-state-for-node-id-zero');
    expect(run.nodes.map(({ keysInUse }) => keysInUse.at(-1)?.count)).toEqual([3, 3]);
  });

  test('never-reclaims keeps both keys for good', () => {
    const { run } = rotated('never-reclaims');
    expect(run.losses).toEqual([]);
    expect(run.nodes.map(({ keysInUse }) => keysInUse.at(-1)?.count)).toEqual([4, 4]);
  });

  test('leaves-stale-policies removes the states alone', () => {
    const { run, policiesDeleted } = rotated('leaves-stale-policies');
    expect(run.nodes.map(({ keysInUse }) => keysInUse.at(-1)?.count)).toEqual([2, 2]);
    expect(policiesDeleted).toBe(0);
  });
});
