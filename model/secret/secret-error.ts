/** Why a key file, or a line of it, was not applied. */
export interface SecretError {
  /**
   * - `error`: the agent refuses the line: a running agent is degraded, a starting one fails;
   * - `panic`: the agent crashes, and crashes again at each restart for as long as the file stays;
   * - `unmodelled`: the agent goes on in a way that the model does not follow, so no verdict that
   *   rests on it means anything.
   */
  readonly kind: 'error' | 'panic' | 'unmodelled';
  readonly code: SecretErrorCode;
  /** Counts from 1; undefined where the file as a whole is at fault. */
  readonly line: number | undefined;
  /** What the agent itself says; where it says nothing (`unmodelled`), what it does. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

/** A {@link SecretError} before its line is known. */
export type LineFault = Omit<SecretError, 'line'>;

const keyIdHint =
  'Start the line with the key ID, a number from 1 to 15, and a plus sign: "4+ rfc4106(gcm(aes)) ...".';
const hexHint = 'Write an even number of hexadecimal digits; only the prefix 0x is allowed.';

/** What to do about each way in which a key file fails to load, in the agent's order of checks. */
const hints = {
  'file-not-found': 'Mount the secret so that its key "keys" appears at ipsec-key-file.',
  'too-few-fields':
    'Write "<key ID>+ <algorithm> <key> <ICV bits>", one space between fields, and no empty lines.',
  'empty-key-id': 'Remove the space at the start of the line.',
  'key-id-not-a-number': keyIdHint,
  'key-id-too-large': 'After key ID 15 comes 1.',
  'key-id-zero': 'Key IDs start at 1; 0 means that there is no key.',
  'too-many-fields': 'Write at most 5 fields, one space between them, and none at the end.',
  'not-an-aead-algorithm':
    'A line of 4 fields names an AEAD such as rfc4106(gcm(aes)); others need "<key ID>+ <auth> <key> <cipher> <key>".',
  'bad-aead-key': hexHint,
  'icv-not-a-number': 'End the line with the length of the ICV in bits: 96, 128 or 256.',
  'icv-not-accepted': 'rfc4106(gcm(aes)) is used with 128.',
  'bad-auth-key': hexHint,
  'missing-crypt-algorithm':
    'A line has 4 fields (AEAD) or 5 (authentication and cipher); with 3 the agent crashes.',
  'bad-crypt-key': hexHint,
  'same-key-id': 'Give the new key the next key ID; after 15 comes 1.',
  'key-length-changed': 'Keep the algorithm and the length of the key; change only its digits.',
  'key-id-wrapped': keyIdHint,
} as const;

export type SecretErrorCode = keyof typeof hints;

/** Every code, in the order of the agent's checks. */
export const secretErrorCodes = Object.keys(hints) as readonly SecretErrorCode[];

const kinds: Partial<Readonly<Record<SecretErrorCode, SecretError['kind']>>> = {
  'empty-key-id': 'panic',
  'missing-crypt-algorithm': 'panic',
  'key-id-wrapped': 'unmodelled',
};

/** Makes the fault that a code names, with what the agent says. */
export function lineFault(code: SecretErrorCode, message: string): LineFault {
  return { kind: kinds[code] ?? 'error', code, message, hint: hints[code] };
}
