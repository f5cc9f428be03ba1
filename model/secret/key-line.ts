import { failure, type Result, success } from '../result.ts';
import { atoi, isHex, quote, toUint8 } from './go-text.ts';
import type { AeadAlgorithm, AuthCryptAlgorithm, KeyAlgorithm } from './ipsec-key.ts';
import { maxKeyId } from './key-id.ts';
import { lineFault, type LineFault } from './secret-error.ts';

/** A line that reads as a key, before it is held against the key that is loaded. */
export interface KeyLine {
  /** 0 to 255: a negative number in the file wraps. */
  readonly spi: number;
  /** The first field without its plus sign. */
  readonly spiText: string;
  readonly plusSign: boolean;
  readonly algorithm: KeyAlgorithm;
}

const maxFields = 5;
const aeadFields = 4;

/** Reads one line. Source: cilium, ipsec_linux.go, the body of the loop of LoadIPSecKeys. */
export function parseKeyLine(line: string): Result<KeyLine, LineFault> {
  const fields = line.split(' ');
  if (fields.length < 3) {
    return failure(lineFault('too-few-fields', 'missing IPSec key or invalid format'));
  }
  const id = parseSpi(fields[0] as string);
  if (!id.ok) return id;
  if (fields.length > maxFields) {
    return failure(
      lineFault('too-many-fields', 'invalid format: too many fields in the IPsec secret'),
    );
  }
  const algorithm = fields.length === aeadFields ? parseAead(fields) : parseAuthCrypt(fields);
  if (!algorithm.ok) return algorithm;
  const { spi, spiText, plusSign } = id.value;
  return success({ spi, spiText, plusSign, algorithm: algorithm.value });
}

type Spi = Omit<KeyLine, 'algorithm'>;

/** Source: cilium, ipsec_linux.go, parseSPI. One plus sign at the end is taken off, not two. */
function parseSpi(field: string): Result<Spi, LineFault> {
  if (field === '') {
    return failure(lineFault('empty-key-id', 'runtime error: index out of range [-1]'));
  }
  const plusSign = field.endsWith('+');
  const spiText = plusSign ? field.slice(0, -1) : field;
  const value = atoi(spiText);
  if (value === undefined) {
    return spiFault('key-id-not-a-number', notANumber, spiText);
  }
  if (value > maxKeyId) return spiFault('key-id-too-large', exhausted, spiText);
  if (value === 0n) return spiFault('key-id-zero', zero, spiText);
  return success({ spi: toUint8(value), spiText, plusSign });
}

const notANumber = 'the first argument of the IPsec secret is not a number.';
const exhausted = 'encryption key space exhausted. ID must be nonzero and less than 16.';
const zero = 'zero is not a valid key ID. ID must be nonzero and less than 16.';

function spiFault(
  code: 'key-id-not-a-number' | 'key-id-too-large' | 'key-id-zero',
  reason: string,
  spiText: string,
): Result<Spi, LineFault> {
  return failure(lineFault(code, `failed to parse SPI: ${reason} Attempted ${quote(spiText)}`));
}

function parseAead(fields: readonly string[]): Result<AeadAlgorithm, LineFault> {
  const [, name = '', keyField = '', icvField = ''] = fields;
  if (!name.startsWith('rfc')) {
    return failure(lineFault('not-an-aead-algorithm', `invalid AEAD algorithm ${quote(name)}`));
  }
  const keyHex = decodeKey(keyField);
  if (keyHex === undefined) {
    return failure(lineFault('bad-aead-key', undecodable('AEAD', keyField)));
  }
  const icvBits = atoi(icvField);
  if (icvBits === undefined) {
    return failure(lineFault('icv-not-a-number', 'ICV length is invalid or missing'));
  }
  if (icvBits !== 96n && icvBits !== 128n && icvBits !== 256n) {
    return failure(lineFault('icv-not-accepted', 'only ICV lengths 96, 128, and 256 are accepted'));
  }
  return success({ kind: 'aead', name, keyHex, icvBits: Number(icvBits) });
}

/**
 * Five fields, or the three that the agent does not expect: it decodes the authentication key, then
 * reads past the end (that this crashes is inferred from the source).
 */
function parseAuthCrypt(fields: readonly string[]): Result<AuthCryptAlgorithm, LineFault> {
  const [, authName = '', authField = '', cryptName, cryptField = ''] = fields;
  const authKeyHex = decodeKey(authField);
  if (authKeyHex === undefined) {
    return failure(lineFault('bad-auth-key', undecodable('authentication', authField)));
  }
  if (cryptName === undefined) {
    const message = 'runtime error: index out of range [3] with length 3';
    return failure(lineFault('missing-crypt-algorithm', message));
  }
  const cryptKeyHex = decodeKey(cryptField);
  if (cryptKeyHex === undefined) {
    return failure(lineFault('bad-crypt-key', undecodable('encryption', cryptField)));
  }
  return success({ kind: 'authCrypt', authName, authKeyHex, cryptName, cryptKeyHex });
}

function undecodable(what: string, field: string): string {
  return `unable to decode ${what} key string ${quote(field)}`;
}

/**
 * The hexadecimal digits that a field stands for: a pair of quotes is the empty key, as is nothing
 * at all; a prefix 0x is taken off. Source: cilium, ipsec_linux.go, decodeIPSecKey.
 */
function decodeKey(field: string): string | undefined {
  if (field === '""') return '';
  const digits = field.startsWith('0x') ? field.slice(2) : field;
  return isHex(digits) ? digits : undefined;
}
