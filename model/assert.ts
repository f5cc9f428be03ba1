/** A broken promise of this program itself: never the user's fault, never caught, exit code 70. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** States what the code around it relies on. Throws {@link AssertionError} where it is not so. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** The value, which the code around it knows to be there. */
export function defined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new AssertionError(`${what} is missing`);
  return value;
}

/** Closes a switch over a discriminated union: the compiler proves that no case was left out. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected case ${JSON.stringify(value)}`);
}
