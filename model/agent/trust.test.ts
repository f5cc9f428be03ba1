import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ciliumReleases } from '../release.ts';
import { AgentHost } from './test-support/agent-host.ts';
import { bootId, keyFile, node } from './test-support/nodes.ts';

/** What may be done to an agent: small enough that the same nodes and keys come up again and again. */
const step = fc.oneof(
  fc.record({
    do: fc.constant('upsert' as const),
    node: fc.integer({ min: 2, max: 4 }),
    keyId: fc.integer({ min: 3, max: 4 }),
    boot: fc.integer({ min: 7, max: 8 }),
  }),
  fc.record({ do: fc.constant('delete' as const), node: fc.integer({ min: 2, max: 4 }) }),
  fc.record({ do: fc.constant('sync' as const) }),
  fc.record({ do: fc.constant('reclaim' as const), at: fc.integer({ min: 0, max: 900 }) }),
  fc.record({ do: fc.constant('key' as const), keyId: fc.integer({ min: 3, max: 6 }) }),
  fc.record({ do: fc.constant('restart' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function take(host: AgentHost, taken: Step): void {
  switch (taken.do) {
    case 'upsert':
      host.upsert(node(taken.node, { keyId: taken.keyId, bootId: bootId(taken.boot) }));
      return;
    case 'delete':
      host.tell({ kind: 'nodeDelete', name: node(taken.node).name });
      return;
    case 'sync':
      host.ring('backgroundSync');
      return;
    case 'reclaim':
      host.ring('reclaim', host.now + taken.at * 1_000_000);
      return;
    case 'key':
      host.loadKey(keyFile(`${taken.keyId}+`, String(taken.keyId)));
      return;
    case 'restart':
      host.start({ nodes: [node(2), node(3)] });
  }
}

/** All that a packet could tell apart. */
function left(host: AgentHost): unknown {
  const states = [...host.xfrm.states()].map(
    ({ source, destination, spi, markValue, key }) =>
      `${source.text} ${destination.text} ${spi} ${markValue} ${key}`,
  );
  const policies = [...host.xfrm.policies()].map(({ direction, selector, markBits }) =>
    [direction, selector.destination.address.text, markBits].join(' '),
  );
  const nodes = [...host.maps.nodes].map(([address, { nodeId, keyId }]) =>
    [address.text, nodeId, keyId].join(' '),
  );
  return { states: states.sort(), policies: policies.sort(), nodes: nodes.sort() };
}

it.each(ciliumReleases)(
  'an agent that trusts what it did leaves the same as one that does not (%s)',
  (release) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const [trusting, doubting] = [new AgentHost(release), new AgentHost(release)];
        trusting.isTrusting = true;
        for (const host of [trusting, doubting]) {
          host.start({ nodes: [node(2), node(3)] });
          for (const taken of steps) take(host, taken);
          for (let round = 0; round < 8; round += 1) host.ring('backgroundSync');
        }
        expect(left(trusting)).toEqual(left(doubting));
      }),
      { numRuns: 150 },
    );
  },
);

it.each(['xfrmStateAdd', 'xfrmPolicyUpdate', 'nodeMapUpdate'] as const)(
  'an agent does not trust what failed: %s',
  (kind) => {
    const [failing, sound] = [new AgentHost('cilium-1.19'), new AgentHost('cilium-1.19')];
    failing.isTrusting = true;
    failing.fail(kind, 'ENOMEM', 2);
    for (const host of [failing, sound]) host.start({ nodes: [node(2), node(3)] });
    expect(left(failing)).not.toEqual(left(sound));
    for (let round = 0; round < 3; round += 1) failing.ring('backgroundSync');
    expect(left(failing)).toEqual(left(sound));
  },
);
