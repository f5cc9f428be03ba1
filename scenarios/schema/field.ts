import { z } from 'zod';
import type { Result } from '../../model/result.ts';
import type { Microseconds } from '../../model/time.ts';
import type { Delay, NodeSelector } from '../../sim/index.ts';
import { delayExpected, delayPattern, parseDelay } from '../delay-text.ts';
import { durationExpected, durationPattern, parseDuration } from '../duration.ts';
import type { Problem } from '../problem.ts';
import {
  clusterNamePattern,
  parseSelector,
  selectorExpected,
  selectorPattern,
} from '../selector-text.ts';

// In this folder a schema's error text is always what was expected; check-shape.ts makes the
// sentence about what was found.

interface TextFormat<Value> {
  readonly parse: (text: string) => Result<Value, Problem>;
  readonly pattern: string;
  readonly expected: string;
}

/** How a field's text is read, for the hint about a bare number where a text was expected. */
export const textParsers = z.registry<{ parse: (text: string) => Result<unknown, Problem> }>();

function formatted<Value>(format: TextFormat<Value>, description: string) {
  const text = z
    .string({ error: format.expected })
    .meta({ description, pattern: format.pattern })
    .register(textParsers, { parse: format.parse });
  return text.transform((value, context): Value => {
    const parsed = format.parse(value);
    if (parsed.ok) return parsed.value;
    const { message, ...params } = parsed.error;
    context.issues.push({ code: 'custom', input: value, message, params });
    return z.NEVER;
  });
}

/** A duration, read to microseconds. */
export function duration(description: string) {
  return formatted<Microseconds>(
    { parse: parseDuration, pattern: durationPattern, expected: durationExpected },
    description,
  );
}

/** A duration that is not zero. */
export function period(description: string) {
  return duration(description).refine((value) => value > 0, {
    error: 'a duration',
    params: outOfRange('the duration is zero', 'more than 0s'),
  });
}

/** A delay: a constant or a distribution. */
export function delay(description: string) {
  return formatted<Delay>(
    { parse: parseDelay, pattern: delayPattern, expected: delayExpected },
    description,
  );
}

/** A node selector; whether its names exist is checked later. */
export function nodes(description: string) {
  return formatted<NodeSelector>(
    { parse: parseSelector, pattern: selectorPattern, expected: selectorExpected },
    description,
  );
}

/** The one node that a text like `east/n1` selects. */
export function oneNode(description: string) {
  return nodes(description).refine((selector) => selector.kind === 'node', {
    error: 'a node',
    params: {
      code: 'BAD_SELECTOR',
      sentence: 'this selects more than one node',
      expected: 'a node of a cluster, such as east/n1',
      hint: '',
    },
  });
}

const clusterExpected = 'the name of a cluster: at most 32 lower-case letters, digits and hyphens';

/** A new cluster's name. */
export function clusterName(description: string) {
  return z
    .string({ error: clusterExpected })
    .regex(new RegExp(clusterNamePattern), { error: clusterExpected })
    .meta({ description });
}

/** A reference to a cluster, kept as the selector of its nodes: see check-names.ts. */
export function cluster(description: string) {
  return clusterName(description).transform((name) => ({
    kind: 'cluster' as const,
    cluster: name,
  }));
}

/** A whole number between two bounds, both included. */
export function count(description: string, minimum: number, maximum: number) {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  return z
    .int({ error: expected })
    .min(minimum, { error: expected })
    .max(maximum, { error: expected })
    .meta({ description });
}

/** A whole number that has no bound above. */
export function amount(description: string, minimum: number) {
  const expected = `a whole number, at least ${minimum}`;
  return z.int({ error: expected }).min(minimum, { error: expected }).meta({ description });
}

/** A text that is not empty. */
export function text(description: string) {
  return z
    .string({ error: 'text' })
    .min(1, { error: 'text that is not empty' })
    .meta({ description });
}

/** A text that may be empty. */
export function anyText(description: string) {
  return z.string({ error: 'text' }).meta({ description });
}

/** One of a few words. */
export function word<const Words extends readonly string[]>(description: string, words: Words) {
  return z.enum(words, { error: `one of: ${words.join(', ')}` }).meta({ description });
}

/** `true` or `false`. */
export function flag(description: string) {
  return z.boolean({ error: 'true or false' }).meta({ description });
}

/** A mapping with these keys and no others. */
export function mapping<Shape extends z.core.$ZodLooseShape>(description: string, shape: Shape) {
  return z
    .strictObject(shape, { error: `a mapping with the keys: ${Object.keys(shape).join(', ')}` })
    .meta({ description });
}

/** A list. */
export function list<Item extends z.core.SomeType>(description: string, item: Item) {
  return z.array(item, { error: 'a list' }).meta({ description });
}

/** A list with at least one item. */
export function filledList<Item extends z.core.SomeType>(description: string, item: Item) {
  return list(description, item).min(1, { error: 'a list with at least one item' });
}

/**
 * The parameters of a refinement whose value was of the right kind, but out of its range.
 * `sentence` is the message.
 */
export function outOfRange(sentence: string, expected: string, hint = '') {
  return { code: 'OUT_OF_RANGE', sentence, expected, hint };
}
