import { describe, expect, it } from 'vitest';
import { ciliumReleases } from '../release.ts';
import { second } from '../time.ts';
import { backgroundSyncInterval } from './background-sync.ts';
import { AgentHost, only } from './test-support/agent-host.ts';
import { node } from './test-support/nodes.ts';
import type { Operation } from './operation.ts';

describe('a round of the background sync', () => {
  it.each([
    [1, 41.59],
    [2, 65.92],
    [4, 96.57],
    [8, 131.83],
    [16, 170.0],
    [64, 250.5],
    [256, 332.9],
    [1024, 415.9],
  ])('over %i nodes takes %f s', (nodes, seconds) => {
    const decimals = seconds < 150 ? 2 : 1;
    expect(backgroundSyncInterval(nodes) / second).toBeCloseTo(seconds, decimals);
  });

  it('is exact to the microsecond', () => {
    for (let nodes = 1; nodes <= 5000; nodes += 1) {
      const difference = backgroundSyncInterval(nodes) - 60e6 * Math.log(1 + nodes);
      expect(Math.abs(difference)).toBeLessThan(0.501);
    }
  });

  it('validates each node once, at an even pace, the local one in its turn', () => {
    const host = started('cilium-1.18');
    const validated: string[] = [];
    for (let step = 0; step < 8; step += 1) {
      const operations = host.ring('backgroundSync');
      expect(operations[0]).toEqual({
        kind: 'setTimer',
        timer: 'backgroundSync',
        after: Math.round(backgroundSyncInterval(4) / 4),
      });
      validated.push(nodeOf(operations));
    }
    expect(validated.slice(0, 4).sort()).toEqual(['', '10.0.2.1', '10.0.3.1', '10.0.4.1']);
    expect(validated.slice(4)).toEqual(validated.slice(0, 4));
  });

  it('takes in a node that came during the round before, and passes over one that left', () => {
    const host = started('cilium-1.18');
    host.ring('backgroundSync');
    host.tell({ kind: 'nodeDelete', name: node(2).name });
    host.upsert(node(5));
    const rest = [1, 2, 3].map(() => nodeOf(host.ring('backgroundSync')));
    expect(rest).not.toContain('10.0.2.1');
    const next = [1, 2, 3, 4].map(() => nodeOf(host.ring('backgroundSync')));
    expect(next.sort()).toEqual(['', '10.0.3.1', '10.0.4.1', '10.0.5.1']);
  });

  it.each(ciliumReleases)('changes nothing where nothing is missing (%s)', (release) => {
    const host = started(release);
    const before = host.states();
    const operations = round(host);
    expect(only(operations, 'xfrmStateAdd')).toEqual([]);
    expect(only(operations, 'xfrmStateDelete')).toEqual([]);
    expect(host.states()).toEqual(before);
  });

  it.each(ciliumReleases)('restores what was flushed, and the node map (%s)', (release) => {
    const host = started(release);
    const policies = host.xfrm.policyCount;
    const nodes = [...host.maps.nodes];
    host.xfrm.flush();
    host.maps.nodes.clear();
    round(host);
    expect(host.xfrm.stateCount).toBe(6);
    expect(host.xfrm.policyCount).toBe(policies);
    expect(new Map(host.maps.nodes)).toEqual(new Map(nodes));
  });

  it('restores nothing of an older key', () => {
    const host = started('cilium-1.18');
    host.loadKey(`4+ rfc4106(gcm(aes)) ${'2'.repeat(40)} 128\n`);
    host.xfrm.flush();
    round(host);
    expect(host.states().map(({ spi }) => spi)).toEqual([4, 4, 4, 4, 4, 4]);
  });
});

function started(release: (typeof ciliumReleases)[number]): AgentHost {
  const host = new AgentHost(release);
  host.start({ nodes: [node(2), node(3), node(4)] });
  return host;
}

function round(host: AgentHost): Operation[] {
  return [1, 2, 3, 4].flatMap(() => host.ring('backgroundSync'));
}

/** The tunnel address of the node that was validated; empty for the local one. */
function nodeOf(operations: readonly Operation[]): string {
  return only(operations, 'xfrmStateFind')[0]?.destination.text ?? '';
}
