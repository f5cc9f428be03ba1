import { scanLines } from './go-text.ts';
import { type IpsecKey, keyLength } from './ipsec-key.ts';
import { isKeyId, type KeyIdOrNone, noKey } from './key-id.ts';
import { type KeyLine, parseKeyLine } from './key-line.ts';
import { lineFault, type LineFault, type SecretError } from './secret-error.ts';
import type { SecretRules } from './secret-rules.ts';

/** What an agent made of its key file. */
export interface KeyFileLoad {
  /** Every line that was applied, in order. Each replaced the one before; the last is current. */
  readonly applied: readonly IpsecKey[];
  /**
   * What stopped the load. The lines before it stay applied, although the agent then neither
   * publishes the key ID nor writes it to the encrypt map (inferred from the source).
   */
  readonly error: SecretError | undefined;
}

export interface KeyFileContext {
  readonly rules: SecretRules;
  /** The key in the agent's memory; undefined right after it started. */
  readonly loaded: IpsecKey | undefined;
}

/**
 * Loads a key file's text as the agent does, line by line, each into the place of the one before.
 * A file without lines is no error: nothing is applied, and {@link loadedKeyId} is none.
 * Source: cilium, pkg/datapath/linux/ipsec/ipsec_linux.go, LoadIPSecKeys.
 */
export function loadKeyFile(text: string, context: KeyFileContext): KeyFileLoad {
  const applied: IpsecKey[] = [];
  for (const [index, line] of scanLines(text).entries()) {
    const loaded = applied.at(-1) ?? context.loaded;
    const outcome = applyLine(line, { rules: context.rules, loaded });
    if ('code' in outcome) return { applied, error: atLine(outcome, index + 1) };
    applied.push(outcome);
  }
  return { applied, error: undefined };
}

/**
 * The key ID that the agent publishes and writes to the encrypt map after a load without error: the
 * last line's, or none for a file without lines, even if a key is loaded already (LoadIPSecKeys
 * then returns 0; what follows from it is inferred from the source).
 */
export function loadedKeyId(load: KeyFileLoad): KeyIdOrNone {
  return load.applied.at(-1)?.keyId ?? noKey;
}

/** What an agent says of a key file that is not there (os.Open in LoadIPSecKeysFile). */
export function keyFileNotFound(path: string): SecretError {
  const fault = lineFault('file-not-found', `open ${path}: no such file or directory`);
  return { ...fault, line: undefined };
}

/** Not a spread: V8 would take each such object for one of a kind of its own. */
function atLine({ kind, code, message, hint }: LineFault, line: number): SecretError {
  return { kind, code, message, hint, line };
}

function applyLine(text: string, context: KeyFileContext): IpsecKey | LineFault {
  const line = parseKeyLine(text);
  if (!line.ok) return line.error;
  return changeFault(line.value, context) ?? keyOfLine(line.value, context.rules);
}

/** What is wrong with the step from the loaded key to the next. */
function changeFault(next: KeyLine, { rules, loaded }: KeyFileContext): LineFault | undefined {
  if (loaded === undefined) return undefined;
  if (rules.sameKeyId === 'rejected' && next.spi === loaded.keyId) {
    return lineFault(
      'same-key-id',
      'invalid SPI: changing IPSec keys requires incrementing the key id',
    );
  }
  const sameLength = keyLength(next.algorithm) === keyLength(loaded.algorithm);
  if (rules.keyLength === 'mustNotChange' && !sameLength) {
    return lineFault('key-length-changed', 'invalid key rotation: key length must not change');
  }
  return undefined;
}

/**
 * A negative number passes the agent's checks and wraps to 8 bits: -241 is key ID 15, as the agent
 * reads it. Most wrap to an SPI that the 4 bits of a mark cannot hold; the agent would apply it.
 */
function keyOfLine(line: KeyLine, rules: SecretRules): IpsecKey | LineFault {
  const { spi, spiText, plusSign, algorithm } = line;
  if (!isKeyId(spi)) {
    return lineFault('key-id-wrapped', `key ID ${spiText} is applied as SPI ${String(spi)}`);
  }
  return { keyId: spi, algorithm, perTunnel: plusSign || rules.plusSign === 'ignored' };
}
