import { bytesToHex } from '@noble/hashes/utils.js';
import type { Address } from '../address.ts';
import { assert, defined } from '../assert.ts';
import type { Brand } from '../brand.ts';
import type { KeyHandle } from '../xfrm/index.ts';
import { bootIdBytes, bootIdLength } from './boot-id.ts';
import type { IpsecKey, KeyAlgorithm } from './ipsec-key.ts';
import { canonicalAddress, deriveTunnelKey, globalKeyBytes, type KeyBytes } from './tunnel-key.ts';

/** Stands for the secret part of an {@link IpsecKey}: its algorithms and their keys. */
export type PskId = Brand<number, 'PskId'>;

/** Stands for a boot ID: the 36 bytes of it that enter a key. */
export type BootIdNumber = Brand<number, 'BootIdNumber'>;

/** What the key of one direction of one tunnel is made from. */
export interface TunnelKeyRecipe {
  readonly psk: PskId;
  readonly source: Address;
  readonly destination: Address;
  readonly sourceBootId: BootIdNumber;
  readonly destinationBootId: BootIdNumber;
}

/** What one end of a tunnel adds to a key. */
interface TunnelEnd {
  readonly number: number;
  /** As it enters the key. */
  readonly address: Address;
  readonly bootId: BootIdNumber;
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
  readonly #bootIds: string[] = [];
  readonly #bootIdsByText = new Map<string, BootIdNumber>();
  readonly #bootIdsByContent = new Map<string, BootIdNumber>();
  readonly #ends: TunnelEnd[] = [];
  readonly #endsByContent = new Map<string, TunnelEnd>();
  /** The end that was last asked for with this address: nearly always the one that is asked for. */
  readonly #latestEnds = new Map<Address, TunnelEnd>();

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

  /** What stands for a boot ID of at least 36 bytes (checkBootId). */
  bootId(text: string): BootIdNumber {
    const known = this.#bootIdsByText.get(text);
    if (known !== undefined) return known;
    const content = bootIdContent(text);
    const number =
      this.#bootIdsByContent.get(content) ?? (this.#bootIds.push(text) as BootIdNumber);
    this.#bootIdsByContent.set(content, number);
    this.#bootIdsByText.set(text, number);
    return number;
  }

  /** The key that all states share where keys are not per tunnel. */
  globalKey(psk: PskId): KeyHandle {
    return handleOf(psk, none, none);
  }

  /** The key of one direction of one tunnel. */
  tunnelKey(recipe: TunnelKeyRecipe): KeyHandle {
    const source = this.#end(recipe.source, recipe.sourceBootId);
    const destination = this.#end(recipe.destination, recipe.destinationBootId);
    return handleOf(recipe.psk, source.number, destination.number);
  }

  /** The bytes that a handle stands for, derived now. */
  bytes(handle: KeyHandle): KeyBytes {
    const { psk, source, destination } = this.#ingredients(handle);
    const algorithm = defined(this.#psks[psk - 1], 'the secret');
    if (source === undefined || destination === undefined) return globalKeyBytes(algorithm);
    return deriveTunnelKey(algorithm, {
      source: source.address,
      destination: destination.address,
      sourceBootId: this.#bootIdText(source),
      destinationBootId: this.#bootIdText(destination),
    });
  }

  /** The algorithms that the key of a handle is for. */
  algorithm(handle: KeyHandle): KeyAlgorithm {
    return defined(this.#psks[this.#ingredients(handle).psk - 1], 'the secret');
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
    readonly source: TunnelEnd | undefined;
    readonly destination: TunnelEnd | undefined;
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

  #bootIdText({ bootId }: TunnelEnd): string {
    return defined(this.#bootIds[bootId - 1], 'the boot ID');
  }

  #end(address: Address, bootId: BootIdNumber): TunnelEnd {
    const latest = this.#latestEnds.get(address);
    if (latest?.bootId === bootId) return latest;
    const canonical = canonicalAddress(address);
    const content = `${canonical.text} ${String(bootId)}`;
    const end = this.#endsByContent.get(content) ?? this.#newEnd(canonical, bootId);
    this.#endsByContent.set(content, end);
    this.#latestEnds.set(address, end);
    return end;
  }

  #newEnd(address: Address, bootId: BootIdNumber): TunnelEnd {
    const number = this.#ends.length + 1;
    assert(number < mostEnds, 'the tunnel ends of one run must be fewer than 1,048,576');
    const end = { number, address, bootId };
    this.#ends.push(end);
    return end;
  }
}

function handleOf(psk: number, source: number, destination: number): KeyHandle {
  return ((psk * mostEnds + source) * mostEnds + destination) as KeyHandle;
}

/** What of a boot ID enters a key, as text that tells it from all others. */
function bootIdContent(text: string): string {
  // A kernel's own are 36 characters of ASCII: no bytes need to be made of them.
  const isPlain = text.length >= bootIdLength && isAscii.test(text);
  return isPlain ? text.slice(0, bootIdLength) : bytesToHex(bootIdBytes(text));
}

const isAscii = /^[\0-\x7f]*$/;

function describeEnd({ address, bootId }: TunnelEnd): string {
  return `${address.text} (boot ${String(bootId)})`;
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
