import { parseAddress } from '../../model/address.ts';

/** JSON with addresses as texts, and without quotes around names. */
export function plainText(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || !('text' in part)) return part;
    return parseAddress(String(part.text)) === undefined ? part : part.text;
  });
  return text.replace(/"(\w+)":/g, '$1: ').replaceAll(',', ', ');
}
