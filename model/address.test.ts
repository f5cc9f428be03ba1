import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  address,
  addressBytes,
  addressOfWords,
  covers,
  ipv4,
  parseAddress,
  parsePrefix,
  prefix,
} from './address.ts';

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

it.each(['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', 'fd00::/129', '10.0.0/8', '10.0.0.0/ 8', '/8'])(
  'takes %j for no prefix',
  (text) => {
    expect(parsePrefix(text)).toBeUndefined();
  },
);

it('covers the addresses of a prefix, whose host bits do not matter, and none of another family', () => {
  const block = prefix('10.0.1.77/24');
  expect([block.address.text, block.length]).toEqual(['10.0.1.0', 24]);
  expect(covers(block, address('10.0.1.255'))).toBe(true);
  expect(covers(block, address('10.0.2.0'))).toBe(false);
  expect(covers(prefix('0.0.0.0/0'), address('::'))).toBe(false);
  expect(covers(prefix('fd00:0:0:1::/64'), address('fd00:0:0:1:8000::'))).toBe(true);
  expect(covers(prefix('fd00:0:0:1::/64'), address('fd00:0:0:2::'))).toBe(false);
});
