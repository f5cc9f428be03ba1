import { describe, expect, it } from 'vitest';
import { address } from '../address.ts';
import { ciliumReleases } from '../release.ts';
import { minute } from '../time.ts';
import { AgentHost, logged, only, phases } from './test-support/agent-host.ts';
import { keyFile, node } from './test-support/nodes.ts';

const order = ['keyLoaded', 'encryptMapUpdate', 'publish', 'xfrmStateAdd', 'setTimer'] as const;

describe('an agent that starts', () => {
  it.each(['cilium-1.16', 'cilium-1.17', 'cilium-1.18'] as const)(
    'says and uses its key before it has a state of it (%s)',
    (release) => {
      const operations = new AgentHost(release).start({ nodes: [node(2)] });
      expect(phases(operations, order)).toEqual([
        'keyLoaded',
        'encryptMapUpdate',
        'publish',
        'xfrmStateAdd',
        'setTimer',
      ]);
    },
  );

  it('installs its key before it says and uses it (cilium-1.19)', () => {
    const operations = new AgentHost('cilium-1.19').start({ nodes: [node(2)] });
    expect(phases(operations, order)).toEqual([
      'keyLoaded',
      'xfrmStateAdd',
      'publish',
      'encryptMapUpdate',
      'setTimer',
    ]);
  });

  it.each(ciliumReleases)('has its key everywhere, and its timers set (%s)', (release) => {
    const host = new AgentHost(release);
    const operations = host.start({ nodes: [node(2), node(3)], firstReclaimAfter: 17 });
    expect(host.agent.state).toBe('ready');
    expect(host.maps.encryptKeyId).toBe(3);
    expect(only(operations, 'publish')).toEqual([{ kind: 'publish', keyId: 3 }]);
    expect(host.states().map(({ spi }) => spi)).toEqual([3, 3, 3, 3]);
    expect(only(operations, 'setTimer')).toEqual([
      { kind: 'setTimer', timer: 'reclaim', after: 17 },
      { kind: 'setTimer', timer: 'backgroundSync', after: Math.round((1.386294361 * minute) / 3) },
    ]);
  });

  it('exits without a key file', () => {
    const host = new AgentHost('cilium-1.16');
    expect(host.start({ keyFile: undefined, nodes: [node(2)] })).toEqual([
      { kind: 'log', level: 'info', message: 'Loading IPsec keyfile' },
      {
        kind: 'exit',
        cause: 'failure',
        message: 'open /etc/ipsec/keys: no such file or directory',
      },
    ]);
    expect(host.agent.state).toBe('crashLoop');
  });

  it('crashes on a key file that begins with a space', () => {
    const operations = new AgentHost('cilium-1.18').start({ keyFile: ` ${keyFile('3+')}` });
    expect(operations.at(-1)).toEqual({
      kind: 'exit',
      cause: 'panic',
      message: 'runtime error: index out of range [-1]',
    });
  });

  it.each(['cilium-1.16', 'cilium-1.19'] as const)('exits without encrypt map (%s)', (release) => {
    const host = new AgentHost(release);
    host.fail('encryptMapUpdate', 'ENOENT');
    const operations = host.start({ nodes: [node(2)] });
    expect(logged(operations)).toContain('warning: Failed to set IPsec SPI: ENOENT');
    expect(operations.at(-1)).toEqual({
      kind: 'exit',
      cause: 'failure',
      message: 'Failed to set IPsec SPI',
    });
    expect(host.agent.state).toBe('crashLoop');
    expect(only(operations, 'setTimer')).toEqual([]);
  });

  it('starts with a key ID that was loaded before, as no memory is left of it', () => {
    const host = new AgentHost('cilium-1.18');
    host.start({ keyFile: keyFile('3+', '1') });
    host.start({ keyFile: keyFile('3+', '2') });
    expect(host.agent.state).toBe('ready');
  });
});

describe('an agent that starts again', () => {
  it('keeps the node IDs of the node map, and the states that are there', () => {
    const host = new AgentHost('cilium-1.16');
    host.start({ nodes: [node(2), node(3)] });
    const before = [...host.maps.nodes];
    const operations = host.start({ nodes: [node(3), node(2)] });
    expect([...host.maps.nodes]).toEqual(before);
    expect(only(operations, 'xfrmStateAdd')).toEqual([]);
    expect(only(operations, 'xfrmStateDelete')).toEqual([]);
  });

  it('draws no ID that the node map holds', () => {
    const host = new AgentHost('cilium-1.16');
    host.maps.nodes.set(address('192.168.0.9'), { nodeId: 1, keyId: 3 });
    host.start({ nodes: [node(2)] });
    expect(host.maps.nodes.get(address('192.168.0.2'))?.nodeId).toBe(2);
  });

  it('deletes the nodes of its checkpoint that are gone', () => {
    const host = new AgentHost('cilium-1.18');
    host.start({ nodes: [node(2), node(3)] });
    const operations = host.start({ nodes: [node(3)], checkpoint: [node(2), node(3)] });
    expect(logged(operations)).toContain('info: Deleting stale nodes: test/node-2');
    expect(host.maps.nodes.has(address('192.168.0.2'))).toBe(false);
    expect(host.maps.nodes.has(address('192.168.0.3'))).toBe(true);
    expect(host.states()).toHaveLength(2);
    expect(host.agent.knownNodes.map(({ name }) => name)).toEqual(['test/node-3']);
  });
});
