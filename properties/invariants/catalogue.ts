import { rest } from './at-rest.ts';
import type { Invariant } from './invariant.ts';
import { losses } from './losses.ts';
import { order } from './order.ts';
import { reached } from './reached.ts';

/** Every invariant, in the order in which a report tells of them. */
export const invariants: readonly Invariant[] = [...losses, ...order, ...rest, ...reached];
