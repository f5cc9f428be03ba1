import { describe, expect, it } from 'vitest';
import { address } from '../address.ts';
import { NodeIds } from './node-ids.ts';

const a = address('10.0.0.1');
const b = address('10.0.0.2');
const c = address('10.0.0.3');

describe('node IDs', () => {
  it('are those that addresses agree on', () => {
    const ids = new NodeIds();
    expect(ids.agreedId([a, b])).toBe(0);
    ids.assign(a, 7);
    expect(ids.agreedId([a, b])).toBe(7);
    ids.assign(b, 8);
    expect(ids.agreedId([a, b])).toBeUndefined();
  });

  it('are free again when the last address has left', () => {
    const ids = new NodeIds();
    const draws = [0, 0, 0, 1, 0];
    const next = (): number => draws.shift() ?? 0;
    ids.assign(a, ids.draw(next));
    ids.assign(b, ids.idOf(a));
    ids.release(a);
    expect(ids.draw(next)).toBe(2);
    ids.release(b);
    expect(ids.draw(next)).toBe(1);
  });

  it('pass with an address that is given another one', () => {
    const ids = new NodeIds();
    ids.assign(a, 7);
    ids.assign(a, 8);
    expect(ids.idOf(a)).toBe(8);
    expect(ids.draw(() => 6)).toBe(7);
  });

  it('are restored from the node map, but for the local node', () => {
    const ids = new NodeIds();
    ids.restore(
      new Map([
        [a, { nodeId: 9, keyId: 3 }],
        [b, { nodeId: 9, keyId: 3 }],
        [c, { nodeId: 0, keyId: 3 }],
      ]),
    );
    expect([a, b, c].map((one) => ids.idOf(one))).toEqual([9, 9, 0]);
  });

  it('are exhausted after 65,535', () => {
    const ids = new NodeIds();
    for (let n = 0; n < 65_535; n += 1) {
      const one = address(`10.${String(n >> 16)}.${String((n >> 8) & 255)}.${String(n & 255)}`);
      ids.assign(
        one,
        ids.draw(() => n),
      );
    }
    expect(ids.draw(() => 0)).toBe(0);
  });
});
