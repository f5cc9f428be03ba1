import { describe, expect, it } from 'vitest';
import { ciliumReleases } from '../release.ts';
import { minute } from '../time.ts';
import { AgentHost, logged, only, phases } from './test-support/agent-host.ts';
import { keyFile, node } from './test-support/nodes.ts';

/** A node with one remote that rotated from key 3 to key 4 at 1 min. */
function rotated(release: (typeof ciliumReleases)[number] = 'cilium-1.18'): AgentHost {
  const host = new AgentHost(release);
  host.start({ nodes: [node(2)] });
  host.now = minute;
  host.loadKey(keyFile('4+', '2'));
  return host;
}

function spis(host: AgentHost): number[] {
  return host.states().map(({ spi }) => spi);
}

function outPolicies(host: AgentHost): number[] {
  const out = [...host.xfrm.policies()].filter(({ direction }) => direction === 'out');
  return out.map(({ mark }) => mark.value);
}

const defaultDrop = 0xe00;
const old = 0x0001_3e00;
const current = 0x0001_4e00;

describe('the key that was replaced', () => {
  it.each(ciliumReleases)('lives until it was replaced the rotation duration ago (%s)', (r) => {
    const host = rotated(r);
    host.ring('reclaim', 6 * minute - 1);
    expect(spis(host)).toEqual([3, 3, 4, 4]);
    host.ring('reclaim', 6 * minute);
    expect(spis(host)).toEqual([4, 4]);
    expect(outPolicies(host)).toEqual([defaultDrop, current]);
  });

  it('loses its states first, then its policies', () => {
    const operations = rotated().ring('reclaim', 6 * minute);
    expect(phases(operations, ['xfrmStateDelete', 'xfrmPolicyDelete'])).toEqual([
      'xfrmStateDelete',
      'xfrmPolicyDelete',
    ]);
    expect(only(operations, 'xfrmStateDelete')).toHaveLength(2);
    expect(logged(operations)).toEqual(['info: Deleting stale XFRM policy']);
  });

  it('keeps its policies for a tick if a state cannot be deleted', () => {
    const host = rotated();
    host.fail('xfrmStateDelete', 'ENOMEM', 2);
    expect(logged(host.ring('reclaim', 6 * minute))).toEqual([
      'warning: Failed to delete stale XFRM state: ENOMEM',
    ]);
    expect(outPolicies(host)).toEqual([defaultDrop, old, current]);
    host.ring('reclaim', 7 * minute);
    expect(spis(host)).toEqual([4, 4]);
    expect(outPolicies(host)).toEqual([defaultDrop, current]);
  });

  it('is left alone if the states cannot be listed', () => {
    const host = rotated();
    host.fail('xfrmStateList', 'ENOBUFS');
    const operations = host.ring('reclaim', 6 * minute);
    expect(logged(operations)).toEqual(['warning: Failed to list XFRM states: ENOBUFS']);
    expect(only(operations, 'xfrmPolicyList')).toEqual([]);
  });

  it('keeps its policies for a tick where they cannot be listed or deleted', () => {
    const host = rotated();
    host.fail('xfrmPolicyList', 'ENOBUFS');
    expect(logged(host.ring('reclaim', 6 * minute))).toEqual([
      'warning: Failed to list XFRM policies: ENOBUFS',
    ]);
    host.fail('xfrmPolicyDelete', 'ENOMEM');
    expect(logged(host.ring('reclaim', 7 * minute))).toEqual([
      'info: Deleting stale XFRM policy',
      'warning: Failed to delete stale XFRM policy: ENOMEM',
    ]);
    expect(outPolicies(host)).toEqual([defaultDrop, old, current]);
    host.ring('reclaim', 8 * minute);
    expect(outPolicies(host)).toEqual([defaultDrop, current]);
  });

  it('lives longer if the agent restarts', () => {
    const host = rotated();
    host.start({ keyFile: keyFile('4+', '2'), nodes: [node(2)] });
    host.ring('reclaim', 5 * minute);
    host.ring('reclaim', 10 * minute - 1);
    expect(spis(host)).toEqual([3, 3, 4, 4]);
    host.ring('reclaim', 10 * minute);
    expect(spis(host)).toEqual([4, 4]);
  });

  it('is kept if it comes back before its time', () => {
    const host = rotated();
    host.now = 2 * minute;
    host.loadKey(keyFile('3+', '1'));
    host.ring('reclaim', 7 * minute);
    expect(spis(host)).toEqual([3, 3]);
  });

  it('is one of several, each with a clock of its own', () => {
    const host = rotated();
    host.now = 3 * minute;
    host.loadKey(keyFile('5+', '3'));
    host.ring('reclaim', 6 * minute);
    expect(spis(host)).toEqual([4, 4, 5, 5]);
    host.ring('reclaim', 8 * minute);
    expect(spis(host)).toEqual([5, 5]);
  });
});

describe('the reclaimer', () => {
  it('comes again after a minute, whatever fails', () => {
    const host = rotated();
    host.fail('xfrmStateList', 'ENOBUFS');
    expect(host.ring('reclaim')[0]).toEqual({ kind: 'setTimer', timer: 'reclaim', after: minute });
  });

  it('never takes the key in use, nor the default drop', () => {
    const host = new AgentHost('cilium-1.18', { families: [4, 6] });
    host.start({ nodes: [node(2)] });
    const before = host.xfrm.policyCount;
    for (let tick = 1; tick <= 10; tick += 1) host.ring('reclaim', tick * minute);
    expect(spis(host)).toEqual([3, 3, 3, 3]);
    expect(host.xfrm.policyCount).toBe(before);
  });

  it("takes another program's state once it has seen it for the rotation duration", () => {
    const host = rotated();
    const [like] = host.states();
    if (like === undefined) throw new Error('no state to copy');
    host.xfrm.addState({ ...like, spi: 0x1234, markValue: 0 }, host.now);
    host.ring('reclaim', 2 * minute);
    host.ring('reclaim', 7 * minute - 1);
    expect(spis(host)).toContain(0x1234);
    host.ring('reclaim', 7 * minute);
    expect(spis(host)).toEqual([4, 4]);
  });

  it('tells SPIs apart by their low 8 bits', () => {
    const host = rotated();
    const [like] = host.states();
    if (like === undefined) throw new Error('no state to copy');
    host.xfrm.addState({ ...like, spi: 0x1203, markValue: 0 }, host.now);
    host.ring('reclaim', 6 * minute);
    expect(spis(host)).toEqual([4, 4]);
  });

  it("takes another program's OUT policy, but no IN policy", () => {
    const host = rotated();
    const [like] = host.xfrm.policies();
    if (like === undefined) throw new Error('no policy to copy');
    const mark = { value: 0, mask: 0 };
    const foreign = { selector: like.selector, mark, priority: 0, action: 'allow' } as const;
    host.xfrm.addPolicy({ ...foreign, direction: 'out', templates: [] });
    const { selector } = foreign;
    host.ring('reclaim', 2 * minute);
    host.ring('reclaim', 7 * minute);
    expect(host.xfrm.findPolicy({ direction: 'out', selector, mark })).toBeUndefined();
    expect(host.xfrm.findPolicy({ direction: 'in', selector, mark })).toBeDefined();
  });
});
