import { type Address, addressOfWords, type Family } from '../../../model/address.ts';

/** The address that begins at this octet, in network order. */
export function addressOfBytes(bytes: Buffer, offset: number, family: Family): Address {
  const words = Array.from({ length: family === 4 ? 1 : 4 }, (_, word) =>
    bytes.readUInt32BE(offset + word * 4),
  );
  return addressOfWords(words);
}

/** Octets of an IP header without options. */
export function ipHeaderOctets(destination: Address): number {
  return destination.family === 4 ? 20 : 40;
}
