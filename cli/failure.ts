import { formatInputError, type InputError } from '../scenarios/index.ts';

/** Ends a command with exit code 2 and this text on standard error: the input was bad. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

export function badInput(errors: readonly InputError[]): BadInput {
  return new BadInput(errors.map(formatInputError).join('\n'));
}
