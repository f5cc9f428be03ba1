import type { Family } from '../address.ts';

/** The length of an address of this family, in bits. */
export function addressBits(family: Family): number {
  return family === 4 ? 32 : 128;
}
