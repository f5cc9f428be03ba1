import { describe, expect, it } from 'vitest';
import { address } from '../address.ts';
import { AgentHost, logged, only } from './test-support/agent-host.ts';
import { node } from './test-support/nodes.ts';

const { internalIp } = node(2);
const host4 = '192.168.0.2';
const router4 = '10.0.2.1';

function started(): AgentHost {
  const host = new AgentHost('cilium-1.18');
  host.start({ nodes: [node(2)] });
  return host;
}

function nodeMap(host: AgentHost): Record<string, string> {
  const entries = [...host.maps.nodes].map(
    ([{ text }, { nodeId, keyId }]) => [text, `${String(nodeId)}/${String(keyId)}`] as const,
  );
  return Object.fromEntries(entries);
}

describe('the node map', () => {
  it('has all addresses of a node under one ID, and other nodes under others', () => {
    const host = started();
    host.upsert(node(3, { keyId: 4 }));
    expect(nodeMap(host)).toEqual({
      [host4]: '1/3',
      'fd00::2': '1/3',
      [router4]: '1/3',
      'fd10:0:0:2::1': '1/3',
      '192.168.0.3': '2/4',
      'fd00::3': '2/4',
      '10.0.3.1': '2/4',
      'fd10:0:0:3::1': '2/4',
    });
  });

  it('follows the key ID that a node advertises', () => {
    const host = started();
    host.upsert(node(2, { keyId: 4 }));
    expect(new Set(Object.values(nodeMap(host)))).toEqual(new Set(['1/4']));
  });

  it('is not written for an update that changes neither key ID nor addresses', () => {
    expect(only(started().upsert(node(2)), 'nodeMapUpdate')).toEqual([]);
  });

  it('loses an address that the node no longer has, after the new one is in', () => {
    const host = started();
    const moved = node(2, { internalIp: { ...internalIp, 4: address('192.168.0.77') } });
    const operations = host.upsert(moved);
    const changes = operations.filter(({ kind }) => kind.startsWith('nodeMap'));
    expect(changes).toEqual([
      { kind: 'nodeMapUpdate', address: address('192.168.0.77'), nodeId: 1, keyId: 3 },
      { kind: 'nodeMapDelete', address: address(host4) },
    ]);
  });

  it('gives a node that changes all its addresses another ID', () => {
    const host = started();
    host.upsert({ ...node(5), name: node(2).name });
    expect(new Set(Object.values(nodeMap(host)))).toEqual(new Set(['2/3']));
    expect(Object.keys(nodeMap(host))).not.toContain(host4);
  });

  it('gives a fresh ID to a node whose addresses belong to two', () => {
    const host = started();
    host.upsert(node(3));
    host.start({ nodes: [node(2, { ciliumInternalIp: node(3).ciliumInternalIp })] });
    const map = nodeMap(host);
    expect(map[host4]).toBe('3/3');
    expect(map['10.0.3.1']).toBe('3/3');
    expect(map[router4]).toBe('1/3');
  });

  it('has no place for a node when all IDs are taken', () => {
    const host = new AgentHost('cilium-1.18');
    const taken = Array.from({ length: 65_535 }, (_, index) => {
      const [high, low] = [String(index >> 8), String(index & 255)];
      return [address(`172.16.${high}.${low}`), { nodeId: index + 1, keyId: 3 }] as const;
    });
    host.start({ nodeMap: new Map(taken) });
    expect(logged(host.upsert(node(2)))).toEqual(['error: No more IDs available for nodes']);
    expect(host.maps.nodes.size).toBe(0);
    expect(host.xfrm.stateCount).toBe(0);
  });

  it('is tried again when a write fails', () => {
    const host = new AgentHost('cilium-1.18');
    host.start();
    host.fail('nodeMapUpdate', 'ENOMEM');
    expect(logged(host.upsert(node(2)))).toEqual([
      'warning: Failed to map node IP address to allocated ID: ENOMEM',
    ]);
    expect(nodeMap(host)).not.toHaveProperty([host4]);
    host.upsert(node(2));
    expect(nodeMap(host)[host4]).toBe('1/3');
  });

  it('keeps the old key ID when its write fails, through records that are no news, to the next validation', () => {
    // As cilium does: pkg/datapath/linux/node_ids.go, `allocateIDForNode`, writes again what it has
    // under this ID only where the SPI is another one, or where nothing is compared (a validation).
    const host = started();
    host.fail('nodeMapUpdate', 'ENOMEM');
    host.upsert(node(2, { keyId: 4 }));
    expect(nodeMap(host)[host4]).toBe('1/3');
    host.upsert(node(2, { keyId: 4 }));
    expect(nodeMap(host)[host4]).toBe('1/3');
    host.ring('backgroundSync');
    expect(nodeMap(host)[host4]).toBe('1/4');
    expect(only(host.ring('backgroundSync'), 'nodeMapUpdate')).toEqual([]);
  });

  it('and the memory keep an address whose entry cannot be deleted', () => {
    const host = started();
    host.fail('nodeMapDelete', 'EPERM');
    expect(logged(host.tell({ kind: 'nodeDelete', name: node(2).name }))).toEqual([
      'warning: Failed to remove a node IP to node ID mapping: EPERM',
    ]);
    expect(nodeMap(host)).toEqual({ [host4]: '1/3' });
    host.upsert(node(2));
    expect(nodeMap(host)[router4]).toBe('1/3');
  });
});
