import { describe, expect, it } from 'vitest';
import { minute, second } from '../model/time.ts';
import { nothingExpected, type Remedy, type Scenario } from '../sim/index.ts';
import { heal, rehearseAndHeal } from './heal.ts';
import { constant, delayAt, node, secretText, smallScenario } from './test-support/scenario.ts';

const wait = { kind: 'wait', duration: 10 * minute } as const;
const remedied = (...procedure: Remedy['procedure']): Remedy => ({
  procedure,
  expect: nothingExpected,
});

/** n3 never gets the new key: from the reclaimer's tick on it is cut off. */
const cutOff = (
  remedy: Remedy,
  wanted: Partial<Parameters<typeof smallScenario>[0]> = {},
): Scenario =>
  smallScenario({
    delayOverrides: [delayAt('n3', 'secretSync', constant(20 * minute))],
    remedy,
    ...wanted,
  });

const deviationsOf = (scenario: Scenario) => heal(scenario)?.deviations;

describe('a remedy', () => {
  it('is none where the scenario has none', () => {
    expect(heal(smallScenario())).toBeUndefined();
  });

  it('heals where every pair delivers after it', () => {
    expect(deviationsOf(cutOff(remedied(wait)))).toEqual([]);
  });

  it('does not heal where some pairs still lose packets: those are named', () => {
    const found = deviationsOf(cutOff(remedied({ kind: 'wait', duration: second })));
    expect(found?.map(({ what }) => what).sort()).toEqual([
      'remedy: packets from east/n1 to east/n3, IPv4',
      'remedy: packets from east/n2 to east/n3, IPv4',
      'remedy: packets from east/n3 to east/n1, IPv4',
      'remedy: packets from east/n3 to east/n2, IPv4',
    ]);
    // A probe a second of the scenario's own traffic, and of those that look: 60 each and one more.
    expect(found?.[0]).toMatchObject({ expected: 'all delivered' });
    expect(found?.map((one) => one.found).join()).toMatch(/^12[01] Xfrm(InNoStates|OutPolBlock)/);
  });

  it('probes pairs that the scenario sends nothing to', () => {
    const elsewhere = { from: node('n1'), to: node('n2') };
    const found = deviationsOf(cutOff(remedied({ kind: 'wait', duration: second }), elsewhere));
    expect(found).toHaveLength(4);
  });

  it('does not heal where a member is down, nor misses a node that left', () => {
    const down = { kind: 'reboot', nodes: node('n3'), downtime: 30 * minute } as const;
    const gone = { kind: 'leave', nodes: node('n3') } as const;
    const after = (fault: typeof down | typeof gone): Scenario =>
      smallScenario({ remedy: remedied({ kind: 'act', fault }, wait) });
    expect(deviationsOf(after(down))?.map(({ found }) => found)).toContain('none sent');
    expect(deviationsOf(after(gone))).toEqual([]);
  });

  it('does not heal where packets leave unencrypted', () => {
    const scenario = smallScenario({
      release: 'cilium-1.16',
      procedure: [wait],
      remedy: remedied({ kind: 'writeSecret', cluster: 'east', text: '' }, wait),
    });
    expect(deviationsOf(scenario)?.[0]?.found).toMatch(/plaintext/);
  });

  it('is not carried out if it waits in vain', () => {
    const settled = { kind: 'settled', nodes: { kind: 'all' } } as const;
    const vain = { kind: 'waitUntil', condition: settled, timeout: second } as const;
    expect(deviationsOf(cutOff(remedied(vain)))?.[0]?.what).toBe('remedy');
  });

  it('is held to what it expects, and added to what the run is held to', () => {
    const expected = { ...nothingExpected, counters: { all: { XfrmInError: 1 } } };
    const remedy = { procedure: [wait], expect: expected };
    const scenario = smallScenario({ procedure: [], remedy, expect: { verdict: 'unsafe' } });
    expect(rehearseAndHeal(scenario).deviations.map(({ what }) => what)).toEqual([
      'verdict',
      'remedy: counters of east/n1',
      'remedy: counters of east/n2',
      'remedy: counters of east/n3',
    ]);
  });

  it('may follow a run without a procedure', () => {
    const key = { kind: 'writeSecret', cluster: 'east', text: secretText(4) } as const;
    expect(deviationsOf(smallScenario({ procedure: [], remedy: remedied(key, wait) }))).toEqual([]);
  });
});
