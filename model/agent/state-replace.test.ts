import { describe, expect, it } from 'vitest';
import { address } from '../address.ts';
import { ciliumReleases, type CiliumRelease } from '../release.ts';
import { minute } from '../time.ts';
import type { StateConfig } from '../xfrm/index.ts';
import { AgentHost, logged, only } from './test-support/agent-host.ts';
import { bootId, keyFile, node } from './test-support/nodes.ts';

/** What a node 2 that is added next is to have as its IN state, as far as the kernel tells apart. */
function conflicting(host: AgentHost, source: string): StateConfig {
  host.upsert(node(3));
  const [, like] = host.states();
  if (like === undefined) throw new Error('no IN state to copy');
  return {
    shape: { ...like.shape, markMask: 0 },
    source: address(source),
    destination: like.destination,
    spi: 4,
    markValue: 0,
    key: like.key,
  };
}

describe('a state that cannot be added', () => {
  it.each(ciliumReleases)('is added by the background sync (%s)', (release) => {
    const host = new AgentHost(release);
    host.start({ nodes: [node(2)] });
    host.fail('xfrmStateAdd', 'ENOMEM', 2);
    const operations = host.loadKey(keyFile('4+', '2'));
    expect(logged(operations)).toContain('warning: Unable to replace XFRM state: ENOMEM');
    expect(host.agent.state).toBe('ready');
    expect(host.maps.encryptKeyId).toBe(4);
    expect(host.xfrm.stateCount).toBe(3);
    const healing = [...host.ring('backgroundSync'), ...host.ring('backgroundSync')];
    expect(only(healing, 'xfrmStateAdd')).toHaveLength(1);
    expect(host.xfrm.stateCount).toBe(4);
  });

  it.each([
    { failing: 'OUT', nth: 1, policies: ['out', 'fwd', 'in'] },
    { failing: 'IN', nth: 2, policies: ['out', 'out', 'fwd'] },
  ])('leaves no policy of its own: $failing', ({ nth, policies }) => {
    const host = new AgentHost('cilium-1.18');
    host.start();
    host.fail('xfrmStateAdd', 'ENOMEM', nth);
    host.upsert(node(2));
    expect([...host.xfrm.policies()].map(({ direction }) => direction)).toEqual(policies);
  });
});

describe('a state in the way of another', () => {
  function rotateInto(release: CiliumRelease, source: string): [AgentHost, string[], StateConfig] {
    const host = new AgentHost(release);
    host.start();
    const obstacle = conflicting(host, source);
    expect(host.xfrm.addState(obstacle, 0)).toBe('ok');
    return [host, logged(host.loadKey(keyFile('4+', '2'))), obstacle];
  }

  it.each(ciliumReleases)('is removed, and the other added (%s)', (release) => {
    const [host, log, obstacle] = rotateInto(release, '10.0.3.1');
    expect(log.slice(1)).toEqual([
      'info: Failed to add XFRM state due to conflicting state',
      'info: Removed a conflicting XFRM state',
    ]);
    expect(host.states().filter(({ spi }) => spi === obstacle.spi)).toHaveLength(2);
    expect(host.states().every(({ shape }) => shape.markMask !== 0)).toBe(true);
  });

  it.each(['cilium-1.16', 'cilium-1.17'] as const)(
    'stays if its source differs (%s)',
    (release) => {
      const [host, log] = rotateInto(release, '10.9.9.9');
      expect(log.slice(1)).toEqual([
        'info: Failed to add XFRM state due to conflicting state',
        'warning: Unable to replace XFRM state: EEXIST',
      ]);
      expect(host.states().some(({ source }) => source.text === '10.9.9.9')).toBe(true);
    },
  );

  it('is removed even if its source differs since v1.18', () => {
    const [host] = rotateInto('cilium-1.18', '10.9.9.9');
    expect(host.states().some(({ source }) => source.text === '10.9.9.9')).toBe(false);
  });
});

describe('a node whose boot ID has changed', () => {
  const rebooted = node(2, { bootId: bootId(99) });

  it.each(ciliumReleases)('has the states of the newest key deleted and added (%s)', (release) => {
    const host = new AgentHost(release);
    host.start({ nodes: [node(2)] });
    host.loadKey(keyFile('4+', '2'));
    const old = host.states().filter(({ spi }) => spi === 3);
    const operations = host.upsert(rebooted);
    const changes = operations.filter(({ kind }) => /^xfrmState(Add|Delete)$/.test(kind));
    expect(changes.map(({ kind }) => kind)).toEqual([
      'xfrmStateDelete',
      'xfrmStateAdd',
      'xfrmStateDelete',
      'xfrmStateAdd',
    ]);
    expect(host.states().filter(({ spi }) => spi === 3)).toEqual(old);
    const renewed = host.states().filter(({ spi }) => spi === 4);
    expect(renewed.map(({ key }) => host.keyRing.describe(key))).toEqual([
      expect.stringContaining('10.0.2.1 (boot 3)'),
      expect.stringContaining('10.0.2.1 (boot 3)'),
    ]);
  });

  it.each([
    ['cilium-1.16', 'info: Removing XFRM state with old IPsec key'],
    ['cilium-1.18', 'info: Non-atomically updating IPsec XFRM state due to remote boot ID change'],
  ] as const)('is told in the log (%s)', (release, message) => {
    const host = new AgentHost(release);
    host.start({ nodes: [node(2)] });
    expect(logged(host.upsert(rebooted))).toEqual([message, message]);
  });

  it('is rebuilt once, not again at each sync', () => {
    const host = new AgentHost('cilium-1.18');
    host.start({ nodes: [node(2)] });
    host.upsert(rebooted);
    const operations = [...host.ring('backgroundSync'), ...host.ring('backgroundSync')];
    expect(only(operations, 'xfrmStateDelete')).toEqual([]);
  });

  it('is rebuilt by the background sync where the update failed in one family', () => {
    const host = new AgentHost('cilium-1.18', { families: [4, 6] });
    host.start({ nodes: [node(2)] });
    host.fail('xfrmStateDelete', 'ENOMEM');
    expect(logged(host.upsert(rebooted))).toContain(
      'warning: Unable to replace XFRM state: ENOMEM',
    );
    const operations = [...host.ring('backgroundSync'), ...host.ring('backgroundSync')];
    expect(only(operations, 'xfrmStateAdd')).toHaveLength(4);
  });

  it.each(['cilium-1.16', 'cilium-1.17'] as const)(
    'is noticed by its keys when the agent was down meanwhile (%s)',
    (release) => {
      const host = new AgentHost(release);
      host.start({ nodes: [node(2)] });
      expect(only(host.start({ nodes: [rebooted] }), 'xfrmStateDelete')).toHaveLength(2);
    },
  );

  it.each(['cilium-1.18', 'cilium-1.19'] as const)(
    'is never noticed when the agent was down meanwhile (%s)',
    (release) => {
      const host = new AgentHost(release);
      host.start({ nodes: [node(2)] });
      const keys = host.states().map(({ key }) => key);
      host.start({ nodes: [rebooted] });
      host.ring('backgroundSync', minute);
      host.ring('backgroundSync', 2 * minute);
      expect(host.states().map(({ key }) => key)).toEqual(keys);
    },
  );
});

describe('a node that changes its Cilium address', () => {
  const moved = node(2, { ciliumInternalIp: { 4: address('10.0.77.1') } });

  /** The kernel tells IN states apart by destination, SPI and mark: the old one is in the way. */
  it.each(['cilium-1.16', 'cilium-1.17'] as const)('gets no new IN state (%s)', (release) => {
    const host = new AgentHost(release);
    host.start({ nodes: [node(2)] });
    expect(logged(host.upsert(moved))).toContain('warning: Unable to replace XFRM state: EEXIST');
    expect(host.states().map(({ source }) => source.text)).toEqual([
      '10.0.1.1',
      '10.0.2.1',
      '10.0.1.1',
    ]);
  });

  it('gets a new IN state in the place of the old one since v1.18', () => {
    const host = new AgentHost('cilium-1.18');
    host.start({ nodes: [node(2)] });
    host.upsert(moved);
    expect(host.states().map(({ source }) => source.text)).toEqual([
      '10.0.1.1',
      '10.0.1.1',
      '10.0.77.1',
    ]);
  });
});
