import { describe, expect, it } from 'vitest';
import { address } from '../address.ts';
import { ciliumReleases } from '../release.ts';
import { AgentHost, logged, only } from './test-support/agent-host.ts';
import { keyFile, node } from './test-support/nodes.ts';

describe('the states for a remote node', () => {
  it.each(ciliumReleases)('are one out and one in (%s)', (release) => {
    const host = new AgentHost(release);
    host.start({ nodes: [node(2)] });
    const [out, back, ...more] = host.states();
    expect(more).toEqual([]);
    expect(out).toMatchObject({ spi: 3, mark: { value: 0x0001_3e00, mask: 0xffff_ff00 } });
    expect(back).toMatchObject({ spi: 3, mark: { value: 0x0001_0d00, mask: 0xffff_0f00 } });
    expect([out?.source.text, out?.destination.text]).toEqual(['10.0.1.1', '10.0.2.1']);
    expect([back?.source.text, back?.destination.text]).toEqual(['10.0.2.1', '10.0.1.1']);
    const common = {
      mode: 'tunnel',
      reqid: 1,
      replay: { kind: 'esn', window: 1024 },
      icvBits: 128,
    };
    expect(out?.shape).toMatchObject({
      ...common,
      outputMark: { value: 0xe00, mask: 0xffff_ff00 },
    });
    expect(back?.shape).toMatchObject({
      ...common,
      outputMark: { value: 0xd00, mask: 0xffff_ff00 },
    });
  });

  it('have a key for each direction of each tunnel, whose other end makes the same', () => {
    const host = new AgentHost('cilium-1.16');
    host.start({ nodes: [node(2)] });
    expect(host.states().map(({ key }) => host.keyRing.describe(key))).toEqual([
      'secret 1, 10.0.1.1 (boot 1) -> 10.0.2.1 (boot 2)',
      'secret 1, 10.0.2.1 (boot 2) -> 10.0.1.1 (boot 1)',
    ]);
  });

  it('share one key, without replay window, for a key without plus sign in v1.16', () => {
    const host = new AgentHost('cilium-1.16');
    host.start({ keyFile: keyFile('3'), nodes: [node(2)] });
    expect(host.states().map(({ shape }) => shape.replay)).toEqual([
      { kind: 'legacy', window: 0 },
      { kind: 'legacy', window: 0 },
    ]);
    const descriptions = host.states().map(({ key }) => host.keyRing.describe(key));
    expect(descriptions).toEqual(['secret 1, global', 'secret 1, global']);
  });

  it('have keys of their own even without plus sign since v1.17', () => {
    const host = new AgentHost('cilium-1.17');
    host.start({ keyFile: keyFile('3'), nodes: [node(2)] });
    expect(new Set(host.states().map(({ key }) => key)).size).toBe(2);
    expect(host.states()[0]?.shape.replay).toEqual({ kind: 'esn', window: 1024 });
  });

  it('are cut to 96 bits where the key names no length', () => {
    const host = new AgentHost('cilium-1.16');
    const text = `3+ hmac(sha256) ${'1'.repeat(64)} cbc(aes) ${'2'.repeat(32)}\n`;
    host.start({ keyFile: text, nodes: [node(2)] });
    expect(host.states()[0]?.shape.icvBits).toBe(96);
  });

  it('are not made for a family that the node has no address of', () => {
    const host = new AgentHost('cilium-1.18', { families: [4, 6] });
    host.start({ nodes: [node(2, { ciliumInternalIp: { 4: address('10.0.2.1') } })] });
    expect(host.states().map(({ source }) => source.family)).toEqual([4, 4]);
  });
});

describe('a node with N remotes, F families and K keys in v1.16, native routing', () => {
  it.each([
    { remotes: 1, families: [4], keys: 1 },
    { remotes: 3, families: [4], keys: 2 },
    { remotes: 3, families: [4, 6], keys: 1 },
    { remotes: 5, families: [4, 6], keys: 3 },
  ] as const)('$remotes, $families, $keys', ({ remotes, families, keys }) => {
    const host = new AgentHost('cilium-1.16', { families });
    host.start({ nodes: Array.from({ length: remotes }, (_, index) => node(index + 2)) });
    for (let key = 1; key < keys; key += 1) host.loadKey(keyFile(`${String(3 + key)}+`, '2'));
    const f = families.length;
    expect(host.xfrm.stateCount).toBe(2 * remotes * keys * f);
    const policies = { out: 0, in: 0, fwd: 0 };
    for (const { direction } of host.xfrm.policies()) policies[direction] += 1;
    expect(policies).toEqual({ out: remotes * keys * f + f, in: 2 * f, fwd: f });
  });
});

describe('the policies', () => {
  function policies(release: 'cilium-1.16' | 'cilium-1.18'): object[] {
    const host = new AgentHost(release);
    host.start({ nodes: [node(2)] });
    return [...host.xfrm.policies()].map(({ direction, action, priority, mark, templates }) => {
      const [template] = templates;
      const { optional, spi, reqid } = template ?? {};
      return { direction, action, priority, mark, optional, spi, reqid };
    });
  }
  const dropped = {
    direction: 'out',
    action: 'block',
    priority: 100,
    mark: { value: 0xe00, mask: 0xf00 },
  };
  const out = {
    direction: 'out',
    priority: 0,
    mark: { value: 0x0001_3e00, mask: 0xffff_ff00 },
    optional: false,
    spi: 3,
    reqid: 1,
  };
  const forward = { direction: 'fwd', priority: 2975, mark: { value: 0, mask: 0 }, optional: true };

  it('demand decryption of what comes in marked, up to v1.17', () => {
    expect(policies('cilium-1.16')).toMatchObject([
      dropped,
      out,
      { ...forward, reqid: 1 },
      { direction: 'in', mark: { value: 0xd00, mask: 0xf00 }, optional: false, spi: 0, reqid: 1 },
      { direction: 'in', mark: { value: 0x200, mask: 0xf00 }, optional: true, spi: 0, reqid: 1 },
    ]);
  });

  it('demand nothing of what comes in since v1.18', () => {
    expect(policies('cilium-1.18')).toMatchObject([
      dropped,
      out,
      { ...forward, reqid: 0 },
      { direction: 'in', mark: { value: 0, mask: 0 }, optional: true, spi: 0, reqid: 0 },
    ]);
  });

  it('put the default drop before all else, and OUT before IN', () => {
    const host = new AgentHost('cilium-1.18');
    host.start();
    const operations = host.upsert(node(2));
    const kinds = operations.map(({ kind }) => kind).filter((kind) => kind !== 'nodeMapUpdate');
    expect(kinds).toEqual([
      'xfrmPolicyUpdate',
      'xfrmStateFind',
      'xfrmStateAdd',
      'xfrmPolicyUpdate',
      'xfrmPolicyUpdate',
      'xfrmStateFind',
      'xfrmStateAdd',
      'xfrmPolicyUpdate',
    ]);
    const order = only(operations, 'xfrmPolicyUpdate').map(({ policy }) => policy.direction);
    expect(order).toEqual(['out', 'out', 'fwd', 'in']);
  });
});

describe('a boot ID', () => {
  it('that is empty leaves the node without states, not without default drop', () => {
    const host = new AgentHost('cilium-1.18');
    host.start();
    const operations = host.upsert(node(2, { bootId: '' }));
    expect(logged(operations)).toEqual([
      'debug: Unable to enable IPsec for node with empty BootID',
    ]);
    expect(host.xfrm.stateCount).toBe(0);
    expect([...host.xfrm.policies()].map(({ action }) => action)).toEqual(['block']);
    host.upsert(node(2));
    expect(host.xfrm.stateCount).toBe(2);
  });

  it.each(['cilium-1.16', 'cilium-1.17'] as const)('that is short is a crash (%s)', (release) => {
    const host = new AgentHost(release);
    host.start();
    expect(host.upsert(node(2, { bootId: 'short' })).at(-1)).toEqual({
      kind: 'exit',
      cause: 'panic',
      message: 'runtime error: slice bounds out of range [:36] with capacity 32',
    });
  });

  it.each(['cilium-1.18', 'cilium-1.19'] as const)('that is short is an error (%s)', (release) => {
    const host = new AgentHost(release);
    host.start();
    expect(logged(host.upsert(node(2, { bootId: 'short' })))).toEqual([
      'error: incorrect size for boot ID, should be at least 36 characters long',
    ]);
    expect(host.xfrm.stateCount).toBe(0);
  });

  it("that is short is an error of the node's own agent, too", () => {
    const host = new AgentHost('cilium-1.19');
    host.start({}, node(1, { bootId: 'short' }));
    expect(logged(host.upsert(node(2)))).toEqual([
      'error: incorrect size for boot ID, should be at least 36 characters long',
    ]);
    expect(host.xfrm.stateCount).toBe(0);
  });

  it('that is short does no harm to a global key', () => {
    const host = new AgentHost('cilium-1.16');
    host.start({ keyFile: keyFile('3') });
    host.upsert(node(2, { bootId: 'short' }));
    expect(host.xfrm.stateCount).toBe(2);
  });
});
