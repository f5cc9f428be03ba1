import fc from 'fast-check';
import { expect, it } from 'vitest';
import { address, type Address } from '../address.ts';
import { AddressBook, NodeMap, type NodeMapEntry } from './node-map.ts';

const addresses = Array.from({ length: 20 }, (_, index) => address(`192.168.0.${index + 1}`));
const anyAddress = fc.constantFrom(...addresses);
const anyEntry = fc.record({
  nodeId: fc.oneof(fc.constantFrom(0, 1, 65_535), fc.integer({ min: 0, max: 65_535 })),
  keyId: fc.oneof(fc.constantFrom(0, 255), fc.integer({ min: 0, max: 255 })),
});
const anyChange = fc.oneof(
  fc.record({ at: anyAddress, entry: anyEntry }),
  fc.record({ at: anyAddress, entry: fc.constant(undefined) }),
);

it('answers as a Map of its entries would, whoever shares its book', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 60 }), fc.array(anyAddress), (changes, others) => {
      const book = new AddressBook();
      for (const other of others) new NodeMap(book).set(other, { nodeId: 1, keyId: 1 });
      const map = new NodeMap(book);
      const model = new Map<Address, NodeMapEntry>();
      for (const { at, entry } of changes) {
        if (entry === undefined) {
          map.delete(at);
          model.delete(at);
        } else {
          map.set(at, entry);
          model.set(at, entry);
        }
        expect(map.size).toBe(model.size);
      }
      expect(new Map(map)).toEqual(model);
      for (const at of addresses) {
        expect(map.get(at)).toEqual(model.get(at));
        expect(map.has(at)).toBe(model.has(at));
        expect(map.nodeIdOf(at)).toBe(model.get(at)?.nodeId ?? 0);
        expect(map.keyIdOf(at)).toBe(model.get(at)?.keyId);
      }
    }),
  );
});

it('is empty once it is cleared', () => {
  const map = new NodeMap();
  map.set(address('192.168.0.1'), { nodeId: 5, keyId: 3 });
  map.clear();
  expect([...map]).toEqual([]);
  expect(map.size).toBe(0);
});
