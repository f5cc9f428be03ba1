import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { address, covers, prefix } from '../address.ts';
import type { PolicyConfig } from './config.ts';
import { matchesMark } from './mark.ts';
import type { InnerPacket } from './packet.ts';
import { kernelProfiles } from './kernel-profile.ts';
import { PolicyTable } from './policy-table.ts';
import type { XfrmPolicy } from './policy.ts';
import { outTemplate, policy, template } from './test-support/sample.ts';

const prefixes = ['0.0.0.0/0', '10.0.0.0/8', '10.0.1.0/24', '10.0.1.5/32', '10.0.2.6/32'].map(
  prefix,
);
const packets: InnerPacket[] = ['10.0.1.5', '10.0.2.6', '10.9.9.9', '192.0.2.1'].flatMap((from) =>
  ['10.0.1.5', '10.0.2.6', '192.0.2.1'].map((to) => ({
    source: address(from),
    destination: address(to),
    protocol: 17,
    length: 52,
  })),
);
const marks = [0, 0xe00, 0x1e00];

const block = fc.constantFrom(...prefixes);
const anyPolicy = fc
  .record({
    source: block,
    destination: block,
    mark: fc.constantFrom(
      { value: 0, mask: 0 },
      { value: 0xe00, mask: 0xf00 },
      { value: 0x1e00, mask: 0xff00 },
    ),
    priority: fc.constantFrom(1, 2),
    protocol: fc.constantFrom(0, 6, 17),
  })
  .map(({ source, destination, mark, priority, protocol }) =>
    policy({ selector: { source, destination, protocol }, mark, priority }),
  );
const action = fc.record({
  what: fc.constantFrom('add', 'add', 'upsert', 'delete'),
  config: anyPolicy,
});

/** What the table does, on a plain list in the order of age. */
function referenceLookup(
  all: Iterable<XfrmPolicy>,
  packet: InnerPacket,
  packetMark: number,
): XfrmPolicy | undefined {
  const matching = Array.from(all).filter(
    ({ selector, mark }) =>
      covers(selector.source, packet.source) &&
      covers(selector.destination, packet.destination) &&
      (selector.protocol === 0 || selector.protocol === packet.protocol) &&
      matchesMark(mark, packetMark),
  );
  return matching.sort((a, b) => a.priority - b.priority || a.age - b.age)[0];
}

describe('PolicyTable', () => {
  it('finds what a scan finds: lowest priority value, then age (6.12 and later)', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const table = new PolicyTable(kernelProfiles['6.12']);
        for (const { what, config } of actions) apply(table, what, config);
        for (const packet of packets) {
          for (const mark of marks) {
            expect(table.lookup('in', packet, mark)).toBe(
              referenceLookup(table.all(), packet, mark),
            );
          }
        }
      }),
    );
  });

  it('names by selector and mark alone, as a Map would', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const table = new PolicyTable(kernelProfiles['6.1']);
        const model = new Map<string, PolicyConfig>();
        for (const { what, config } of actions) {
          const name = nameOf(config);
          const known = model.has(name);
          const answer = apply(table, what, config);
          if (what === 'add') expect(answer).toBe(known ? 'EEXIST' : 'ok');
          if (what === 'upsert') expect(answer).toBe('ok');
          if (what === 'delete') expect(answer).toBe(known ? 'ok' : 'ENOENT');
          if (what === 'delete') model.delete(name);
          else if (answer === 'ok') model.set(name, config);
        }
        expect(table.size).toBe(model.size);
        expect(table.count('in')).toBe(model.size);
        for (const config of model.values()) {
          expect(table.find(config)?.priority).toBe(config.priority);
        }
      }),
    );
  });

  function apply(table: PolicyTable, what: string, config: PolicyConfig): string {
    if (what === 'add') return table.add(config);
    return what === 'upsert' ? table.upsert(config) : table.delete(config);
  }

  function nameOf({ selector, mark }: PolicyConfig): string {
    const { source, destination, protocol } = selector;
    const ends = [source, destination].map((end) => `${end.address.text}/${end.length}`);
    return [...ends, protocol, mark.value, mark.mask].join();
  }

  describe('on a tie of priority up to 6.1', () => {
    const packet = packets[0] as InnerPacket;
    const within = (text: string): PolicyConfig =>
      policy({ selector: { source: prefix(text), destination: prefix(text) } });
    const exact = within('10.0.1.5/32');
    const first = within('0.0.0.0/0');
    const second = within('10.0.0.0/8');

    it('prefers a host-to-host policy to an inexact one that is not the first of its kind', () => {
      const table = new PolicyTable(kernelProfiles['6.1']);
      for (const config of [first, second, exact]) table.add(config);
      table.delete(first);
      expect(table.lookup('in', packet, 0)?.selector).toEqual(exact.selector);
    });

    it('prefers the first inexact one, also one that became the first by an insert', () => {
      const table = new PolicyTable(kernelProfiles['6.1']);
      for (const config of [exact, first]) table.add(config);
      expect(table.lookup('in', packet, 0)?.selector).toEqual(first.selector);
      table.delete(first);
      table.add(second);
      expect(table.lookup('in', packet, 0)?.selector).toEqual(second.selector);
    });

    it('knows no first one after a replacement that moved it back', () => {
      const table = new PolicyTable(kernelProfiles['6.1']);
      for (const config of [exact, { ...first, priority: 0 }]) table.add(config);
      table.upsert({ ...first, priority: 5 });
      table.upsert({ ...exact, priority: 5 });
      expect(table.lookup('in', packet, 0)?.selector).toEqual(exact.selector);
    });
  });

  it('replaces priority, action and templates in place', () => {
    const table = new PolicyTable(kernelProfiles['6.1']);
    table.upsert(policy());
    table.upsert(policy({ priority: 7, action: 'block', templates: [] }));
    expect(table.size).toBe(1);
    expect(table.find(policy())).toMatchObject({ priority: 7, action: 'block', templates: [] });
  });

  it('drops mark bits outside the mask at insert, but not at delete', () => {
    const table = new PolicyTable(kernelProfiles['6.1']);
    const mark = { value: 0xfe00, mask: 0xf00 };
    expect(table.add(policy({ mark }))).toBe('ok');
    expect(table.delete(policy({ mark }))).toBe('ENOENT');
    expect(table.delete(policy({ mark: { value: 0xe00, mask: 0xf00 } }))).toBe('ok');
  });

  it('refuses what the kernel refuses', () => {
    const table = new PolicyTable(kernelProfiles['6.1']);
    const optional = [{ ...outTemplate, optional: true }];
    expect(table.add(policy({ direction: 'out', templates: optional }))).toBe('EINVAL');
    expect(table.upsert(policy({ templates: Array(7).fill(template) }))).toBe('EINVAL');
    expect(table.size).toBe(0);
  });
});
