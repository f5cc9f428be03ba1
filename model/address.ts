import ipaddr from 'ipaddr.js';
import { assert } from './assert.ts';
import { finish, mix } from './hash.ts';

export type Family = 4 | 6;

/**
 * An IPv4 or IPv6 address. Interned: equal addresses are the same object, so `===` compares them
 * and a Map may be keyed by them.
 */
export interface Address {
  readonly family: Family;
  /** The address in network order, 32 bits a word: one word for IPv4, four for IPv6. */
  readonly words: readonly number[];
  /** The canonical text: dotted quad, or RFC 5952. */
  readonly text: string;
  readonly hash: number;
}

const byText = new Map<string, Address>();

/** The address that a text denotes, or undefined if it denotes none. IPv4-mapped IPv6 stays IPv6. */
export function parseAddress(text: string): Address | undefined {
  const known = byText.get(text);
  if (known !== undefined) return known;
  const words = readWords(text);
  if (words === undefined) return undefined;
  const first = addressOfWords(words);
  byText.set(text, first);
  return first;
}

/** The address that a text, known to be one, denotes. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  assert(parsed !== undefined, `not an IP address: ${text}`);
  return parsed;
}

/** Four octets, or one to four hexadecimal groups: no zone, no octal, no short forms of IPv4. */
const plainIp = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/;

function readWords(text: string): readonly number[] | undefined {
  if (!plainIp.test(text)) return undefined;
  try {
    return wordsOf(ipaddr.parse(text).toByteArray());
  } catch {
    return undefined; // ipaddr.js throws on text that is no address
  }
}

function wordsOf(bytes: readonly number[]): number[] {
  const words: number[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(i, i + 4);
    words.push(((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
  }
  return words;
}

/** The address's bytes in network order: 4 or 16. */
export function addressBytes(of: Address): Uint8Array {
  const bytes = new Uint8Array(of.words.length * 4);
  const view = new DataView(bytes.buffer);
  of.words.forEach((word, index) => {
    view.setUint32(index * 4, word);
  });
  return bytes;
}

/** A block of addresses: the first `length` bits of `address`. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

const prefixByText = new Map<string, Prefix>();

/** The prefix that a text (`10.0.1.0/24`) denotes, host bits cleared, or undefined if none. */
export function parsePrefix(text: string): Prefix | undefined {
  const known = prefixByText.get(text);
  if (known !== undefined) return known;
  const read = readPrefix(text);
  if (read !== undefined) prefixByText.set(text, read);
  return read;
}

function readPrefix(text: string): Prefix | undefined {
  const [ip = '', bits = ''] = text.split('/', 2);
  const parsed = parseAddress(ip);
  if (parsed === undefined || !/^\d{1,3}$/.test(bits)) return undefined;
  const length = Number(bits);
  if (length > parsed.words.length * 32) return undefined;
  return { address: networkOf(parsed, length), length };
}

/** The prefix that a text, known to be one, denotes. */
export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  assert(parsed !== undefined, `not a prefix: ${text}`);
  return parsed;
}

/** The word's bits that a prefix of `length` bits covers, for the word at `index`. */
export function maskedWord(of: Address, index: number, length: number): number {
  const bits = Math.min(32, Math.max(0, length - index * 32));
  if (bits === 0) return 0;
  return ((of.words[index] as number) & (-1 << (32 - bits))) >>> 0;
}

function networkOf(of: Address, length: number): Address {
  const words = of.words.map((_, index) => maskedWord(of, index, length));
  return addressOfWords(words);
}

/** The address made of these 32-bit words: one for IPv4, four for IPv6. */
export function addressOfWords(words: readonly number[]): Address {
  const [word = 0] = words;
  return words.length === 1 ? ipv4(word) : ipv6(words);
}

/** Each that there is. Numbers are found faster than texts, and a mesh has 200,000 addresses. */
const ipv4ByWord = new Map<number, Address>();

/** The IPv4 address of this number, its octets in network order. */
export function ipv4(word: number): Address {
  const key = word | 0; // small integers need no object of their own
  const known = ipv4ByWord.get(key);
  if (known !== undefined) return known;
  const made = new Ipv4Address(key);
  ipv4ByWord.set(key, made);
  return made;
}

/** Nobody ever asks for the text and the words of most of them. */
class Ipv4Address implements Address {
  readonly family = 4;
  /** The address as a signed integer. */
  readonly word: number;
  readonly hash: number;
  #words: readonly number[] | undefined;
  #text: string | undefined;

  constructor(word: number) {
    this.word = word;
    this.hash = finish(mix(4, word >>> 0));
  }

  get words(): readonly number[] {
    return (this.#words ??= [this.word >>> 0]);
  }

  get text(): string {
    return (this.#text ??= [24, 16, 8, 0].map((shift) => (this.word >>> shift) & 255).join('.'));
  }
}

/** Each that there is, by its words: to write an address takes ten times as long. */
const ipv6ByWords = new Map<string, Address>();

function ipv6(words: readonly number[]): Address {
  const key = words.join();
  const known = ipv6ByWords.get(key);
  if (known !== undefined) return known;
  const bytes = words.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255));
  const text = ipaddr.fromByteArray(bytes).toString();
  const made: Address = { family: 6, words, text, hash: finish(words.reduce(mix, 6)) };
  ipv6ByWords.set(key, made);
  return made;
}

/** Whether the prefix covers the address. Families never match across. */
export function covers(block: Prefix, candidate: Address): boolean {
  if (block.address.family !== candidate.family) return false;
  return block.address.words.every(
    (word, index) => maskedWord(candidate, index, block.length) === word,
  );
}
