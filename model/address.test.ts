import fc from 'fast-check';
import { expect, it } from 'vitest';
import { address, addressBytes, addressOfWords, ipv4, parseAddress } from './address.ts';

const words = fc.integer({ min: 0, max: 0xffff_ffff });

it('has one object for an IPv4 address, whether it comes as a number or as a text', () => {
  fc.assert(
    fc.property(words, (word) => {
      const text = [...new Uint8Array([word >>> 24, word >>> 16, word >>> 8, word])].join('.');
      const made = ipv4(word);
      expect([made.family, made.text, made.words]).toEqual([4, text, [word]]);
      expect(parseAddress(text)).toBe(made);
      expect(addressOfWords([word])).toBe(made);
    }),
  );
});

it('has one object for an IPv6 address, however it is written', () => {
  fc.assert(
    fc.property(fc.tuple(words, words, words, words), (four) => {
      const made = addressOfWords(four);
      expect([made.family, made.words]).toEqual([6, four]);
      expect(parseAddress(made.text.toUpperCase())).toBe(made);
      const groups = four.flatMap((word) => [word >>> 16, word & 0xffff]);
      expect(parseAddress(groups.map((group) => group.toString(16)).join(':'))).toBe(made);
    }),
  );
  expect(address('fd00:0:0::0001').text).toBe('fd00::1');
});

it('has the bytes in network order', () => {
  expect([...addressBytes(ipv4(0xac10_0102))]).toEqual([172, 16, 1, 2]);
});

it.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '::g', 'fe80::1%eth0', '0x1.2.3.4', '1.2.3.4 '])(
  'takes %j for no address',
  (text) => {
    expect(parseAddress(text)).toBeUndefined();
  },
);
