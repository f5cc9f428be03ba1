import type { KeyHandle } from '../config.ts';

/** The keys that the vectors call by a name, each with its salt. */
const named: Readonly<Record<string, string>> = {
  K1: '0123456789abcdef0123456789abcdef01234567',
  K2: '1123456789abcdef0123456789abcdef01234567',
};

const octets: readonly number[] = [20, 28, 36];

/** Gives the keys of one vector their handles. */
export class KeyNames {
  readonly #handles = new Map<string, KeyHandle>();

  /** The handle of a key, or undefined if the kernel would not take one of that length. */
  handle(text: string): KeyHandle | undefined {
    const hex = named[text] ?? text.replace(/^0x/, '');
    if (text !== 'K256' && !octets.includes(hex.length / 2)) return undefined;
    const known = this.#handles.get(hex);
    if (known !== undefined) return known;
    const handle = this.#handles.size as KeyHandle;
    this.#handles.set(hex, handle);
    return handle;
  }

  /** The bytes of the keys that a packet given as bytes may be encrypted with. */
  static readonly candidates: readonly string[] = Object.values(named);
}
