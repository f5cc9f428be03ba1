import { bytesToHex } from '@noble/hashes/utils.js';
import { KeyRing, type PskId, type TunnelKeyRecipe } from '../../model/secret/index.ts';
import type { KeyHandle, StateShape } from '../../model/xfrm/index.ts';

/** A key as a state's message has it: of an AEAD, or of two algorithms, or none (a larval state). */
export interface WireKey {
  readonly aead?: { readonly name: string; readonly key: string } | undefined;
  readonly auth?: { readonly name: string; readonly key: string } | undefined;
  readonly crypt?: { readonly name: string; readonly key: string } | undefined;
}

/** Keys by their bytes and by their handles, and shapes that are one object where they are equal. */
export interface KeyBook {
  handle(key: WireKey): KeyHandle;
  key(handle: KeyHandle): WireKey;
  /** The shape with this content: made only if there is none yet. */
  shape(content: string, make: () => StateShape): StateShape;
}

const noKey: WireKey = {};

/**
 * The harness's: an agent behind the wire derives its keys itself, so equal bytes are all that
 * equal handles can go by. Handles count from 1.
 */
export class HandlesOfBytes implements KeyBook {
  readonly #keys: WireKey[] = [];
  readonly #handles = new Map<string, KeyHandle>();
  readonly #shapes = new Map<string, StateShape>();

  handle(key: WireKey): KeyHandle {
    const content = contentOf(key);
    const known = this.#handles.get(content);
    if (known !== undefined) return known;
    const handle = this.#keys.push(key) as KeyHandle;
    this.#handles.set(content, handle);
    return handle;
  }

  key(handle: KeyHandle): WireKey {
    return this.#keys[handle - 1] ?? noKey;
  }

  shape(content: string, make: () => StateShape): StateShape {
    return knownOrMade(this.#shapes, content, make);
  }
}

/** A key ring that knows which keys it was asked for since somebody last looked. */
export class LoggingKeyRing extends KeyRing {
  #asked = new Set<KeyHandle>();

  override globalKey(psk: PskId): KeyHandle {
    return this.#log(super.globalKey(psk));
  }

  override tunnelKey(recipe: TunnelKeyRecipe): KeyHandle {
    return this.#log(super.tunnelKey(recipe));
  }

  takeAsked(): ReadonlySet<KeyHandle> {
    const asked = this.#asked;
    if (asked.size > 0) this.#asked = new Set();
    return asked;
  }

  #log(handle: KeyHandle): KeyHandle {
    this.#asked.add(handle);
    return handle;
  }
}

/** The agent's, over the key ring that the built-in agent derives its keys with. */
export class BytesOfRing implements KeyBook {
  readonly #ring: LoggingKeyRing;
  readonly #keys = new Map<KeyHandle, WireKey>();
  readonly #handles = new Map<string, KeyHandle>();
  readonly #shapes = new Map<string, StateShape>();
  /** Keys that another process left in the kernel get handles that the ring has none of. */
  #foreign = 0;

  constructor(ring: LoggingKeyRing) {
    this.#ring = ring;
  }

  handle(key: WireKey): KeyHandle {
    // What was read may be a key that the agent wants, and has not sent yet.
    for (const handle of this.#ring.takeAsked()) this.key(handle);
    const content = contentOf(key);
    const known = this.#handles.get(content);
    if (known !== undefined) return known;
    this.#foreign += 1;
    const handle = (-1 - this.#foreign) as KeyHandle;
    this.#remember(handle, key, content);
    return handle;
  }

  key(handle: KeyHandle): WireKey {
    const known = this.#keys.get(handle);
    if (known !== undefined) return known;
    const key = this.#derive(handle);
    this.#remember(handle, key, contentOf(key));
    return key;
  }

  shape(content: string, make: () => StateShape): StateShape {
    return knownOrMade(this.#shapes, content, make);
  }

  #derive(handle: KeyHandle): WireKey {
    const algorithm = this.#ring.algorithm(handle);
    const bytes = this.#ring.bytes(handle);
    if (algorithm.kind === 'aead' && bytes.kind === 'aead') {
      return { aead: { name: algorithm.name, key: bytesToHex(bytes.key) } };
    }
    if (algorithm.kind !== 'authCrypt' || bytes.kind !== 'authCrypt') return noKey;
    return {
      auth: { name: algorithm.authName, key: bytesToHex(bytes.auth) },
      crypt: { name: algorithm.cryptName, key: bytesToHex(bytes.crypt) },
    };
  }

  #remember(handle: KeyHandle, key: WireKey, content: string): void {
    this.#keys.set(handle, key);
    this.#handles.set(content, handle);
  }
}

/** Two spellings of one key are one key. No name of an algorithm holds a space. */
function contentOf({ aead, auth, crypt }: WireKey): string {
  return [aead, auth, crypt]
    .map((part) => (part === undefined ? '' : `${part.name} ${part.key.toLowerCase()}`))
    .join(' | ');
}

function knownOrMade<Value>(known: Map<string, Value>, content: string, make: () => Value): Value {
  const before = known.get(content);
  if (before !== undefined) return before;
  const made = make();
  known.set(content, made);
  return made;
}
