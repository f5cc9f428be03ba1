import type { Address, Family } from '../address.ts';

/** The length of an address of this family, in bits. */
export function addressBits(family: Family): number {
  return family === 4 ? 32 : 128;
}

/** Those of the first `length` bits of an address that are in its first word, as a signed integer. */
export function leadingBits({ words }: Address, length: number): number {
  return length === 0 ? 0 : (words[0] as number) & (length >= 32 ? -1 : -1 << (32 - length));
}
