import fc from 'fast-check';
import { expect, it } from 'vitest';
import { olderKeyId } from './key-choice.ts';

it.each([
  { local: 3, peer: 3, chosen: 3, why: 'both have the same' },
  { local: 3, peer: 4, chosen: 3, why: 'the peer is ahead' },
  { local: 4, peer: 3, chosen: 3, why: 'the peer is behind' },
  { local: 15, peer: 15, chosen: 15, why: 'both are at the last key ID' },
  { local: 14, peer: 15, chosen: 14, why: 'the peer is at the last key ID' },
  { local: 15, peer: 14, chosen: 14, why: 'the local node is at the last key ID' },
  { local: 1, peer: 15, chosen: 15, why: 'the local node is past the wrap' },
  { local: 15, peer: 1, chosen: 15, why: 'the peer is past the wrap' },
  { local: 14, peer: 1, chosen: 1, why: 'two rotations across the wrap look like none' },
  { local: 1, peer: 14, chosen: 1, why: 'so they do the other way round' },
  { local: 15, peer: 2, chosen: 2, why: '15 wraps to 1 only' },
  { local: 2, peer: 15, chosen: 2, why: '15 wraps to 1 only, from either side' },
  { local: 0, peer: 3, chosen: 0, why: 'there is no local key' },
  { local: 3, peer: 0, chosen: 0, why: 'the peer advertises none' },
  { local: 0, peer: 15, chosen: 0, why: 'no local key is older than 15, too' },
  { local: 15, peer: 0, chosen: 0, why: 'no key of the peer is older than 15, too' },
])('chooses $chosen for $local and $peer: $why', ({ local, peer, chosen }) => {
  expect(olderKeyId(local, peer)).toBe(chosen);
});

const keyIds = fc.integer({ min: 0, max: 15 });

it('chooses one of the two, and the same one on both sides', () => {
  fc.assert(
    fc.property(keyIds, keyIds, (local, peer) => {
      const chosen = olderKeyId(local, peer);
      expect([local, peer]).toContain(chosen);
      expect(olderKeyId(peer, local)).toBe(chosen);
    }),
  );
});

it('chooses the older of any two keys that are one rotation apart', () => {
  for (let older = 1; older <= 15; older += 1) {
    expect(olderKeyId(older, older === 15 ? 1 : older + 1)).toBe(older);
  }
});
