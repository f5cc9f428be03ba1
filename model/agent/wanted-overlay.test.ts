import { describe, expect, it } from 'vitest';
import { AgentHost, logged, only } from './test-support/agent-host.ts';
import { node } from './test-support/nodes.ts';

describe('in tunnel mode', () => {
  const tunnel = { routing: 'tunnel', families: [4, 6] } as const;

  it.each(['cilium-1.17', 'cilium-1.18'] as const)(
    'there are states between the nodes, in IPv4 only, with a request ID of their own (%s)',
    (release) => {
      const host = new AgentHost(release, tunnel);
      const operations = host.start({ nodes: [node(2)] });
      expect(only(operations, 'xfrmStateFind')).toHaveLength(6);
      const overlay = host.states().filter(({ shape }) => shape.reqid === 2);
      expect(overlay.map(({ source, destination }) => [source.text, destination.text])).toEqual([
        ['192.168.0.1', '192.168.0.2'],
        ['192.168.0.2', '192.168.0.1'],
      ]);
      expect(overlay.map(({ markValue }) => markValue)).toEqual([0x0001_3e00, 0x0001_0d00]);
      expect(host.xfrm.stateCount).toBe(6);
    },
  );

  it('there is a policy from host to host', () => {
    const host = new AgentHost('cilium-1.17', tunnel);
    host.start({ nodes: [node(2)] });
    const exact = [...host.xfrm.policies()].filter((policy) => policy.exact);
    expect(exact.map(({ direction, mark }) => [direction, mark.value])).toEqual([
      ['out', 0x0001_3e00],
      ['in', 0xd00],
      ['in', 0x200],
    ]);
  });

  it('no policy leads to an OUT state that could not be added', () => {
    const host = new AgentHost('cilium-1.18', { routing: 'tunnel' });
    host.start();
    host.fail('xfrmStateAdd', 'ENOMEM', 3);
    expect(logged(host.upsert(node(2)))).toEqual(['warning: Unable to replace XFRM state: ENOMEM']);
    expect([...host.xfrm.policies()].filter((policy) => policy.exact)).toEqual([]);
  });

  it('there are no such states in v1.16', () => {
    const host = new AgentHost('cilium-1.16', tunnel);
    host.start({ nodes: [node(2)] });
    expect(host.states().map(({ shape }) => shape.reqid)).toEqual([1, 1, 1, 1]);
  });
});

it('in native routing there are no states for the overlay', () => {
  const host = new AgentHost('cilium-1.18');
  host.start({ nodes: [node(2)] });
  expect(host.states().map(({ shape }) => shape.reqid)).toEqual([1, 1]);
});
