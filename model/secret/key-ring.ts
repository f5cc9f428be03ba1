import { bytesToHex } from '@noble/hashes/utils.js';
import type { Address } from '../address.ts';
import { defined } from '../assert.ts';
import type { Brand } from '../brand.ts';
import type { KeyHandle } from '../xfrm/index.ts';
import { bootIdBytes } from './boot-id.ts';
import type { IpsecKey, KeyAlgorithm } from './ipsec-key.ts';
import { type Recipe, RecipeTable } from './recipe-table.ts';
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

/** Entries are numbered from 1; 0 in a recipe says that the key is global. */
const none = 0;

/**
 * Hands out handles for keys, so that equal keys have equal handles, without deriving any: a handle
 * is the number of a recipe, counted from 1.
 *
 * Unequal recipes are taken to make unequal keys. Nothing but a collision of (cut) SHA-2 can break
 * that: in what is hashed, boot IDs have 36 bytes, the addresses of a tunnel 4 or 16 alike, and the
 * secret as many as the key itself. The exception is an empty key: two of them have unequal
 * handles. The length of the ICV is no part of a key.
 */
export class KeyRing {
  readonly #psks: KeyAlgorithm[] = [];
  readonly #pskIds = new Map<string, PskId>();
  readonly #bootIds: string[] = [];
  readonly #bootIdsByText = new Map<string, BootIdNumber>();
  readonly #bootIdsByContent = new Map<string, BootIdNumber>();
  readonly #addresses: Address[] = [];
  readonly #addressNumbers = new Map<Address, number>();
  readonly #recipes = new RecipeTable();

  /** How many handles were handed out: the highest of them. */
  get size(): number {
    return this.#recipes.size;
  }

  /** What stands for the key's algorithms and digits; upper and lower case are one. */
  psk(key: IpsecKey): PskId {
    const content = pskContent(key.algorithm);
    const known = this.#pskIds.get(content);
    if (known !== undefined) return known;
    const id = this.#psks.push(key.algorithm) as PskId;
    this.#pskIds.set(content, id);
    return id;
  }

  /** What stands for a boot ID of at least 36 bytes (checkBootId). */
  bootId(text: string): BootIdNumber {
    const known = this.#bootIdsByText.get(text);
    if (known !== undefined) return known;
    const content = bytesToHex(bootIdBytes(text));
    const number =
      this.#bootIdsByContent.get(content) ?? (this.#bootIds.push(text) as BootIdNumber);
    this.#bootIdsByContent.set(content, number);
    this.#bootIdsByText.set(text, number);
    return number;
  }

  /** The key that all states share where keys are not per tunnel. */
  globalKey(psk: PskId): KeyHandle {
    return this.#recipes.intern([psk, none, none, none, none]) as KeyHandle;
  }

  /** The key of one direction of one tunnel. */
  tunnelKey(recipe: TunnelKeyRecipe): KeyHandle {
    return this.#recipes.intern([
      recipe.psk,
      this.#addressNumber(recipe.source),
      this.#addressNumber(recipe.destination),
      recipe.sourceBootId,
      recipe.destinationBootId,
    ]) as KeyHandle;
  }

  /** The bytes that a handle stands for, derived now. */
  bytes(handle: KeyHandle): KeyBytes {
    const [psk, source, destination, sourceBootId, destinationBootId] = this.#recipe(handle);
    const algorithm = entry(this.#psks, psk);
    if (source === none) return globalKeyBytes(algorithm);
    return deriveTunnelKey(algorithm, {
      source: entry(this.#addresses, source),
      destination: entry(this.#addresses, destination),
      sourceBootId: entry(this.#bootIds, sourceBootId),
      destinationBootId: entry(this.#bootIds, destinationBootId),
    });
  }

  /** What a handle stands for, for people, without a byte of the secret. */
  describe(handle: KeyHandle): string {
    const [psk, source, destination, sourceBootId, destinationBootId] = this.#recipe(handle);
    const secret = `secret ${String(psk)}`;
    if (source === none) return `${secret}, global`;
    const from = `${entry(this.#addresses, source).text} (boot ${String(sourceBootId)})`;
    const to = `${entry(this.#addresses, destination).text} (boot ${String(destinationBootId)})`;
    return `${secret}, ${from} -> ${to}`;
  }

  #recipe(handle: KeyHandle): Recipe {
    return this.#recipes.recipe(handle);
  }

  #addressNumber(of: Address): number {
    const known = this.#addressNumbers.get(of);
    if (known !== undefined) return known;
    const canonical = canonicalAddress(of);
    const number = this.#addressNumbers.get(canonical) ?? this.#addresses.push(canonical);
    this.#addressNumbers.set(canonical, number);
    this.#addressNumbers.set(of, number);
    return number;
  }
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

function entry<T>(entries: readonly T[], number: number): T {
  return defined(entries[number - 1], `entry ${String(number)} of the key ring`);
}
