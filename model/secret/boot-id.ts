import { utf8ToBytes } from '@noble/hashes/utils.js';
import { assert } from '../assert.ts';
import type { SecretRules } from './secret-rules.ts';

/** How many bytes of a boot ID enter a key: all of the kernel's 36 characters. */
export const bootIdLength = 36;

/** What an agent does when it is to derive a key from a boot ID. */
export type BootIdCheck =
  | { readonly kind: 'usable' }
  /** The peer published none: it is left without states until it does, and that is no error. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'panic' | 'error'; readonly message: string };

/**
 * Whether an agent can derive a key from a peer's boot ID. A global key asks for none.
 * Up to 1.17 the agent slices the first 36 bytes of what is shorter (the text of that panic is
 * inferred). Source: cilium, ipsec_linux.go, computeNodeIPsecKey and getNodeIPsecKey.
 */
export function checkBootId(text: string, rules: SecretRules): BootIdCheck {
  if (text === '') return { kind: 'absent' };
  // UTF-8 never has fewer bytes than characters; this is asked for each node over and over.
  if (text.length >= bootIdLength) return usable;
  if (utf8ToBytes(text).length >= bootIdLength) return usable;
  return { kind: rules.shortBootId, message: shortBootIdMessages[rules.shortBootId] };
}

const usable: BootIdCheck = { kind: 'usable' };

const shortBootIdMessages = {
  panic: 'runtime error: slice bounds out of range [:36] with capacity 32',
  error: 'incorrect size for boot ID, should be at least 36 characters long',
} as const;

/** The bytes of a usable boot ID that enter a key. */
export function bootIdBytes(text: string): Uint8Array {
  const bytes = utf8ToBytes(text);
  assert(bytes.length >= bootIdLength, `boot ID of fewer than 36 bytes: "${text}"`);
  return bytes.subarray(0, bootIdLength);
}
