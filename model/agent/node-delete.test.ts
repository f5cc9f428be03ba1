import { describe, expect, it } from 'vitest';
import { ciliumReleases } from '../release.ts';
import type { Operation } from './operation.ts';
import { AgentHost, logged, only, phases } from './test-support/agent-host.ts';
import { keyFile, node } from './test-support/nodes.ts';

const deletions = ['xfrmStateDelete', 'xfrmPolicyDelete', 'nodeMapDelete'] as const;

function deleteNode2(host: AgentHost): readonly Operation[] {
  return host.tell({ kind: 'nodeDelete', name: node(2).name });
}

describe('a node that is deleted', () => {
  it.each(ciliumReleases)('loses states, then policies, then its ID, of every key (%s)', (r) => {
    const host = new AgentHost(r);
    host.start({ nodes: [node(2), node(3)] });
    host.loadKey(keyFile('4+', '2'));
    const operations = deleteNode2(host);
    expect(phases(operations, deletions)).toEqual(deletions);
    expect(only(operations, 'xfrmStateDelete')).toHaveLength(4);
    expect(only(operations, 'xfrmPolicyDelete')).toHaveLength(2);
    expect(only(operations, 'nodeMapDelete')).toHaveLength(4);
    expect(host.states().map(({ spi, source }) => [spi, source.text])).toEqual([
      [3, '10.0.1.1'],
      [3, '10.0.3.1'],
      [4, '10.0.1.1'],
      [4, '10.0.3.1'],
    ]);
    expect(host.agent.knownNodes.map(({ name }) => name)).toEqual(['test/node-3']);
  });

  it('is unmapped even if its states cannot be deleted', () => {
    const host = new AgentHost('cilium-1.18');
    host.start({ nodes: [node(2)] });
    host.fail('xfrmStateDelete', 'ENOMEM');
    expect(logged(deleteNode2(host))).toEqual(['warning: Failed to delete XFRM state: ENOMEM']);
    expect(host.xfrm.stateCount).toBe(1);
    expect(host.maps.nodes.size).toBe(0);
  });

  it('is unmapped even if its policies cannot be deleted', () => {
    const host = new AgentHost('cilium-1.18');
    host.start({ nodes: [node(2)] });
    const before = host.xfrm.policyCount;
    host.fail('xfrmPolicyDelete', 'ENOMEM');
    expect(logged(deleteNode2(host))).toEqual(['warning: Failed to delete XFRM policy: ENOMEM']);
    expect(host.states()).toEqual([]);
    expect(host.xfrm.policyCount).toBe(before);
    expect(host.maps.nodes.size).toBe(0);
  });

  it('is nothing to an agent that does not know it', () => {
    const host = new AgentHost('cilium-1.18');
    host.start();
    expect(deleteNode2(host)).toEqual([]);
  });

  it('has states of the newest key only when it comes back', () => {
    const host = new AgentHost('cilium-1.18');
    host.start({ nodes: [node(2)] });
    host.loadKey(keyFile('4+', '2'));
    deleteNode2(host);
    host.upsert(node(2));
    expect(host.states().map(({ spi }) => spi)).toEqual([4, 4]);
  });
});
