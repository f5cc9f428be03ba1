import { describe, expect, it } from 'vitest';
import { address } from '../address.ts';
import { ciliumReleases, type CiliumRelease } from '../release.ts';
import type { AgentSettings } from './environment.ts';
import { AgentHost, logged, only, phases } from './test-support/agent-host.ts';
import { keyFile, node } from './test-support/nodes.ts';

const order = ['keyLoaded', 'publish', 'xfrmStateAdd', 'encryptMapUpdate'] as const;
const since117 = ciliumReleases.slice(1);

function started(release: CiliumRelease, settings: Partial<AgentSettings> = {}): AgentHost {
  const host = new AgentHost(release, settings);
  host.start({ nodes: [node(2), node(3)] });
  return host;
}

describe('a rotation', () => {
  it.each(['cilium-1.16', 'cilium-1.17', 'cilium-1.18'] as const)(
    'publishes, installs, then uses the key (%s)',
    (release) => {
      expect(phases(started(release).loadKey(keyFile('4+', '2')), order)).toEqual([
        'keyLoaded',
        'publish',
        'xfrmStateAdd',
        'encryptMapUpdate',
      ]);
    },
  );

  it('installs, publishes, then uses the key (cilium-1.19)', () => {
    expect(phases(started('cilium-1.19').loadKey(keyFile('4+', '2')), order)).toEqual([
      'keyLoaded',
      'xfrmStateAdd',
      'publish',
      'encryptMapUpdate',
    ]);
  });

  it.each(ciliumReleases)(
    'adds two states for each node and family, and touches none (%s)',
    (r) => {
      const host = started(r, { families: [4, 6] });
      const before = host.states();
      const operations = host.loadKey(keyFile('4+', '2'));
      const after = host.states();
      expect(after.slice(0, before.length)).toEqual(before);
      expect(after.slice(before.length).map(({ spi }) => spi)).toEqual(Array(8).fill(4));
      expect(only(operations, 'xfrmStateDelete')).toEqual([]);
      expect(only(operations, 'xfrmPolicyDelete')).toEqual([]);
      expect(host.maps.encryptKeyId).toBe(4);
      expect(host.agent.state).toBe('ready');
    },
  );

  it('installs for the nodes in the order in which a Go map is walked', () => {
    const operations = started('cilium-1.18').loadKey(keyFile('4+', '2'));
    const sources = only(operations, 'xfrmStateAdd').map(({ state }) => state.source.text);
    expect(sources).toEqual(['10.0.1.1', '10.0.2.1', '10.0.1.1', '10.0.3.1']);
  });

  it('goes to any key ID, also backwards', () => {
    const host = started('cilium-1.18');
    host.loadKey(keyFile('1+', '2'));
    expect(host.maps.encryptKeyId).toBe(1);
  });

  it('leaves the node map at what the peers advertise', () => {
    const host = started('cilium-1.18');
    host.loadKey(keyFile('4+', '2'));
    expect(host.maps.nodes.get(address('192.168.0.2'))?.keyId).toBe(3);
  });

  it('ends in the last line of the file; the one before is replaced at once', () => {
    const host = started('cilium-1.18');
    const operations = host.loadKey(keyFile('4+', '2') + keyFile('5+', '3'));
    expect(only(operations, 'keyLoaded').map(({ keyId }) => keyId)).toEqual([4, 5]);
    expect(only(operations, 'publish').map(({ keyId }) => keyId)).toEqual([5]);
    expect(host.states().filter(({ spi }) => spi === 4)).toEqual([]);
  });
});

describe('a new key under the key ID that is in use', () => {
  it('replaces all states up to v1.16', () => {
    const host = started('cilium-1.16');
    const keys = host.states().map(({ key }) => key);
    const operations = host.loadKey(keyFile('3+', '2'));
    expect(only(operations, 'xfrmStateDelete')).toHaveLength(4);
    expect(host.states().map(({ spi }) => spi)).toEqual([3, 3, 3, 3]);
    for (const { key } of host.states()) expect(keys).not.toContain(key);
    expect(host.agent.state).toBe('ready');
  });

  it.each(since117)('is refused, and the agent works on (%s)', (release) => {
    const host = started(release);
    const before = host.states();
    const operations = host.loadKey(keyFile('3+', '2'));
    expect(logged(operations)).toEqual([
      'info: Loading IPsec keyfile',
      'error: Failed to load IPsec keyfile: invalid SPI: changing IPSec keys requires incrementing the key id',
    ]);
    expect(operations).toHaveLength(2);
    expect(host.agent.state).toBe('degraded');
    expect(host.states()).toEqual(before);
    host.upsert(node(4));
    expect(host.states()).toHaveLength(6);
    host.loadKey(keyFile('4+', '2'));
    expect(host.agent.state).toBe('ready');
  });
});

describe('a key file', () => {
  it('is not looked at where the key watcher is off', () => {
    const host = started('cilium-1.16', { keyWatcher: false });
    expect(host.loadKey(keyFile('4+', '2'))).toEqual([]);
    expect(host.agent.state).toBe('ready');
  });

  it.each(['cilium-1.16', 'cilium-1.17'] as const)('may change its ICV (%s)', (release) => {
    const host = started(release);
    host.loadKey(keyFile('4+', '2').replace('128', '96'));
    expect(host.maps.encryptKeyId).toBe(4);
    expect(host.states().at(-1)?.shape.icvBits).toBe(96);
  });

  it.each(['cilium-1.18', 'cilium-1.19'] as const)('may not change its ICV (%s)', (release) => {
    const host = started(release);
    expect(logged(host.loadKey(keyFile('4+', '2').replace('128', '96')))).toContain(
      'error: Failed to load IPsec keyfile: invalid key rotation: key length must not change',
    );
    expect(host.maps.encryptKeyId).toBe(3);
  });

  it('ends a running agent if a line makes it panic', () => {
    const operations = started('cilium-1.16').loadKey(` ${keyFile('4+')}`);
    expect(operations.at(-1)).toEqual({
      kind: 'exit',
      cause: 'panic',
      message: 'runtime error: index out of range [-1]',
    });
  });

  it('that vanished leaves the agent degraded', () => {
    const host = started('cilium-1.18');
    expect(logged(host.loadKey(undefined)).at(-1)).toBe(
      'error: Failed to load IPsec keyfile: open /etc/ipsec/keys: no such file or directory',
    );
    expect(host.agent.state).toBe('degraded');
  });

  it('without a line has key ID 0 published and used, and the key kept', () => {
    const host = started('cilium-1.18');
    const operations = host.loadKey('');
    expect(only(operations, 'publish')).toEqual([{ kind: 'publish', keyId: 0 }]);
    expect(host.maps.encryptKeyId).toBe(0);
    expect(only(operations, 'xfrmStateAdd')).toEqual([]);
    host.upsert(node(4));
    expect(host.states().at(-1)?.spi).toBe(3);
  });

  it('whose second line is bad is half applied: installed with the next node, never published', () => {
    const host = started('cilium-1.18');
    const operations = host.loadKey(`${keyFile('4+', '2')}nonsense\n`);
    expect(only(operations, 'keyLoaded')).toEqual([{ kind: 'keyLoaded', keyId: 4 }]);
    expect(only(operations, 'publish')).toEqual([]);
    expect(logged(operations).at(-1)).toBe(
      'error: Failed to load IPsec keyfile: missing IPSec key or invalid format',
    );
    host.upsert(node(4));
    expect(host.states().at(-1)?.spi).toBe(4);
    expect(host.maps.encryptKeyId).toBe(3);
    const pod = address('10.0.2.7');
    host.tell({ kind: 'endpointUpsert', address: pod, keyId: 0 });
    expect(host.maps.endpointKeyIds.get(pod)).toBe(3);
  });
});

describe('an encrypt map that refuses the new key', () => {
  it.each(ciliumReleases)('leaves the agent degraded, but at work (%s)', (release) => {
    const host = started(release);
    host.fail('encryptMapUpdate', 'ENOMEM');
    const operations = host.loadKey(keyFile('4+', '2'));
    expect(logged(operations).at(-1)).toBe('warning: Failed to set IPsec SPI: ENOMEM');
    expect(only(operations, 'publish')).toEqual([{ kind: 'publish', keyId: 4 }]);
    expect(host.agent.state).toBe('degraded');
    expect(host.maps.encryptKeyId).toBe(3);
    host.upsert(node(4));
    expect(host.states().at(-1)?.spi).toBe(4);
  });
});

describe('the record of a remote pod', () => {
  const pod = address('10.0.2.7');

  it('brings its key ID', () => {
    const host = started('cilium-1.16');
    host.tell({ kind: 'endpointUpsert', address: pod, keyId: 2 });
    expect(host.maps.endpointKeyIds.get(pod)).toBe(2);
    host.tell({ kind: 'endpointDelete', address: pod });
    expect(host.maps.endpointKeyIds.has(pod)).toBe(false);
  });

  it('without a key ID is taken to have the local one', () => {
    const host = started('cilium-1.16');
    host.loadKey(keyFile('4+', '2'));
    host.tell({ kind: 'endpointUpsert', address: pod, keyId: 0 });
    expect(host.maps.endpointKeyIds.get(pod)).toBe(4);
  });
});
