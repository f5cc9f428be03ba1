import { bytesToHex } from '@noble/hashes/utils.js';
import type { Address } from '../address.ts';
import { assert, defined } from '../assert.ts';
import type { Brand } from '../brand.ts';
import type { KeyHandle } from '../xfrm/index.ts';
import { bootIdBytes } from './boot-id.ts';
import type { IpsecKey, KeyAlgorithm } from './ipsec-key.ts';
import { canonicalAddress, deriveTunnelKey, globalKeyBytes, type KeyBytes } from './tunnel-key.ts';

/** Stands for the secret part of an {@link IpsecKey}: its algorithms and their keys. */
export type PskId = Brand<number, 'PskId'>;

/** Stands for what one end of a tunnel adds to a key: an address and 36 bytes of a boot ID. */
export type TunnelEnd = Brand<number, 'TunnelEnd'>;

interface EndEntry {
  readonly number: TunnelEnd;
  readonly address: Address;
  readonly bootId: string;
  /** By which people tell the boots apart. */
  readonly boot: number;
}

/** Entries are numbered from 1; 0 in place of an end says that the key is global. */
const none = 0;

/** A handle is the number of the secret, that of the source and that of the destination, in one. */
const mostEnds = 0x10_0000;
const mostPsks = 0x2000;

/**
 * Hands out handles for keys, so that equal keys have equal handles, without deriving any and without
 * remembering one: a handle is made of the numbers of what a key is made from.
 *
 * Unequal ingredients are taken to make unequal keys. Nothing but a collision of (cut) SHA-2 can
 * break that: in what is hashed, boot IDs have 36 bytes, the addresses of a tunnel 4 or 16 alike, and
 * the secret as many as the key itself. The exception is an empty key: two of them have unequal
 * handles. The length of the ICV is no part of a key.
 */
export class KeyRing {
  readonly #psks: KeyAlgorithm[] = [];
  readonly #pskIds = new Map<string, PskId>();
  readonly #ends: EndEntry[] = [];
  readonly #endsByContent = new Map<string, EndEntry>();
  /** The end that was last asked for with this address: nearly always the one that is asked for. */
  readonly #latestEnds = new Map<Address, EndEntry>();
  readonly #boots = new Map<string, number>();

  /** What stands for the key's algorithms and digits; upper and lower case are one. */
  psk(key: IpsecKey): PskId {
    const content = pskContent(key.algorithm);
    const known = this.#pskIds.get(content);
    if (known !== undefined) return known;
    const id = this.#psks.push(key.algorithm) as PskId;
    assert(id < mostPsks, 'the secrets of one run must be fewer than 8,192');
    this.#pskIds.set(content, id);
    return id;
  }

  /** What stands for an address and a boot ID of at least 36 bytes (checkBootId). */
  end(address: Address, bootId: string): TunnelEnd {
    const latest = this.#latestEnds.get(address);
    if (latest?.bootId === bootId) return latest.number;
    const entry = this.#endOf(canonicalAddress(address), bootId);
    this.#latestEnds.set(address, entry);
    return entry.number;
  }

  /** The key that all states share where keys are not per tunnel. */
  globalKey(psk: PskId): KeyHandle {
    return handleOf(psk, none, none);
  }

  /** The key of one direction of one tunnel. */
  tunnelKey(psk: PskId, source: TunnelEnd, destination: TunnelEnd): KeyHandle {
    return handleOf(psk, source, destination);
  }

  /** The bytes that a handle stands for, derived now. */
  bytes(handle: KeyHandle): KeyBytes {
    const { psk, source, destination } = this.#ingredients(handle);
    const algorithm = defined(this.#psks[psk - 1], 'the secret');
    if (source === undefined || destination === undefined) return globalKeyBytes(algorithm);
    return deriveTunnelKey(algorithm, {
      source: source.address,
      destination: destination.address,
      sourceBootId: source.bootId,
      destinationBootId: destination.bootId,
    });
  }

  /** What a handle stands for, for people, without a byte of the secret. */
  describe(handle: KeyHandle): string {
    const { psk, source, destination } = this.#ingredients(handle);
    const secret = `secret ${String(psk)}`;
    if (source === undefined || destination === undefined) return `${secret}, global`;
    return `${secret}, ${describeEnd(source)} -> ${describeEnd(destination)}`;
  }

  #ingredients(handle: KeyHandle): {
    readonly psk: number;
    readonly source: EndEntry | undefined;
    readonly destination: EndEntry | undefined;
  } {
    const destination = handle % mostEnds;
    const rest = Math.floor(handle / mostEnds);
    const source = rest % mostEnds;
    const psk = Math.floor(rest / mostEnds);
    const known =
      psk >= 1 &&
      psk <= this.#psks.length &&
      source <= this.#ends.length &&
      destination <= this.#ends.length &&
      (source === none) === (destination === none);
    assert(known, `no key has the handle ${String(handle)}`);
    return { psk, source: this.#ends[source - 1], destination: this.#ends[destination - 1] };
  }

  #endOf(address: Address, bootId: string): EndEntry {
    const bootContent = bytesToHex(bootIdBytes(bootId));
    const content = `${address.text} ${bootContent}`;
    const known = this.#endsByContent.get(content);
    if (known !== undefined) return known;
    const boot = this.#boots.get(bootContent) ?? this.#boots.size + 1;
    this.#boots.set(bootContent, boot);
    const number = (this.#ends.length + 1) as TunnelEnd;
    assert(number < mostEnds, 'the tunnel ends of one run must be fewer than 1,048,576');
    const entry = { number, address, bootId, boot };
    this.#ends.push(entry);
    this.#endsByContent.set(content, entry);
    return entry;
  }
}

function handleOf(psk: number, source: number, destination: number): KeyHandle {
  return ((psk * mostEnds + source) * mostEnds + destination) as KeyHandle;
}

function describeEnd({ address, boot }: EndEntry): string {
  return `${address.text} (boot ${String(boot)})`;
}

function pskContent(algorithm: KeyAlgorithm): string {
  const parts =
    algorithm.kind === 'aead'
      ? [algorithm.name, algorithm.keyHex.toLowerCase()]
      : [
          algorithm.authName,
          algorithm.authKeyHex.toLowerCase(),
          algorithm.cryptName,
          algorithm.cryptKeyHex.toLowerCase(),
        ];
  // No name holds a space: the secret's fields are split at spaces.
  return parts.join(' ');
}
