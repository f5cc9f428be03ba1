import type { z } from 'zod';
import { defined } from '../../model/assert.ts';

/**
 * The check that a mapping has exactly one of `names`, as `{ rotate: east }` has. A union of
 * mappings would say the same, but its errors could not name the one key that is wrong.
 */
export function exactlyOne(what: string, names: readonly string[]) {
  return (context: z.core.ParsePayload<object>): void => {
    if (context.issues.length > 0) return; // A misspelt key is no missing one.
    const given = Object.keys(context.value).filter((key) => names.includes(key));
    if (given.length === 1) return;
    const found = given.length === 0 ? 'says none' : `says ${given.length}: ${given.join(', ')}`;
    const hint = given.length > 1 ? 'write one item for each' : '';
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: `${what} ${found}`,
      params: { code: 'NOT_EXACTLY_ONE', expected: `one of: ${names.join(', ')}`, hint },
    });
  };
}

/** The same check in JSON Schema. */
export function exactlyOneSchema(names: readonly string[]): { oneOf: { required: string[] }[] } {
  return { oneOf: names.map((name) => ({ required: [name] })) };
}

/** The value of the one key that a mapping checked by {@link exactlyOne} has. */
export function onlyValue<Value>(choice: Readonly<Record<string, Value | undefined>>): Value {
  return defined(
    Object.values(choice).find((value) => value !== undefined),
    'the one value',
  );
}
