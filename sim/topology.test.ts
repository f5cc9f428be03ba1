import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { covers } from '../model/address.ts';
import { defined } from '../model/assert.ts';
import { firstNodeNumbers, mostNodes, planNodes } from './topology.ts';

describe('planNodes', () => {
  test('gives the second node of cluster 1 its addresses', () => {
    const [, second] = planNodes({
      firstNumber: 257,
      count: 2,
      families: [4, 6],
      namePrefix: 'n',
    });
    const node = defined(second, 'the second node');
    expect(node.name).toBe('n2');
    expect(node.internalIp[4]?.text).toBe('172.16.1.2');
    expect(node.internalIp[6]?.text).toBe('fd00::102');
    expect(node.ciliumInternalIp[4]?.text).toBe('10.1.2.1');
    expect(node.ciliumInternalIp[6]?.text).toBe('fd00:10:102::1');
    expect(node.podCidr[4]?.address.text).toBe('10.1.2.0');
    expect(node.podCidr[4]?.length).toBe(24);
    expect(node.podCidr[6]?.address.text).toBe('fd00:10:102::');
    expect(node.podCidr[6]?.length).toBe(64);
    expect(node.bootId).toBeUndefined();
    expect(node.present).toBe(true);
  });

  test('leaves out the family that is off', () => {
    const [node] = planNodes({ firstNumber: 1, count: 1, families: [4], namePrefix: 'n' });
    expect(Object.keys(node?.internalIp ?? {})).toEqual(['4']);
    expect(Object.keys(node?.podCidr ?? {})).toEqual(['4']);
  });

  test('makes as many nodes as a mesh may have, no address twice', () => {
    const nodes = planNodes({ firstNumber: 1, count: mostNodes, families: [4], namePrefix: 'n' });
    const addresses = nodes.flatMap((node) => [
      node.internalIp[4]?.text,
      node.ciliumInternalIp[4]?.text,
      node.podCidr[4]?.address.text,
    ]);
    expect(new Set(addresses).size).toBe(3 * mostNodes);
    expect(addresses.at(-1)).toBe('10.255.255.0');
  });

  test('has the router of a node in its pod CIDR, and its internal address outside of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: mostNodes }),
        fc.constantFrom(4, 6),
        (number, family) => {
          const families = [family] as const;
          const [node] = planNodes({ firstNumber: number, count: 1, families, namePrefix: 'n' });
          const block = defined(node?.podCidr[family], 'pod CIDR');
          expect(covers(block, defined(node?.ciliumInternalIp[family], 'router'))).toBe(true);
          expect(covers(block, defined(node?.internalIp[family], 'internal IP'))).toBe(false);
        },
      ),
    );
  });

  test('refuses numbers beyond 16 bits', () => {
    const wanted = { firstNumber: mostNodes, count: 2, families: [4], namePrefix: 'n' } as const;
    expect(() => planNodes(wanted)).toThrow('node numbers end at 65,535');
    expect(() => planNodes({ ...wanted, firstNumber: 0 })).toThrow('node numbers start at 1');
  });
});

describe('firstNodeNumbers', () => {
  test('puts the cluster ID into the second octet while clusters are small', () => {
    const numbers = firstNodeNumbers([
      { id: 1, count: 3 },
      { id: 255, count: 255 },
    ]);
    expect(numbers).toEqual([257, 65_281]);
  });

  test('numbers nodes one after another once a cluster has more than 255', () => {
    const numbers = firstNodeNumbers([
      { id: 7, count: 65_000 },
      { id: 2, count: 535 },
    ]);
    expect(numbers).toEqual([1, 65_001]);
  });

  test('never gives two nodes one number', () => {
    const cluster = fc.record({
      id: fc.integer({ min: 1, max: 255 }),
      count: fc.integer({ min: 1, max: 300 }),
    });
    const mesh = fc.uniqueArray(cluster, { maxLength: 20, selector: ({ id }) => id });
    fc.assert(
      fc.property(mesh, (clusters) => {
        const firsts = firstNodeNumbers(clusters);
        const ranges = clusters.map(({ count }, index) => {
          const first = firsts[index] ?? 0;
          return { first, last: first + count - 1 };
        });
        const sorted = ranges.toSorted((a, b) => a.first - b.first);
        for (const [index, range] of sorted.entries()) {
          expect(range.first).toBeGreaterThan(sorted[index - 1]?.last ?? 0);
          expect(range.last).toBeLessThanOrEqual(mostNodes);
        }
      }),
    );
  });
});
